import Resilience

extension SettingsDocument {
    /// Whether a change would leave everything as it is but for when it was set. To hold a breaker once more is a change:
    /// one that is to be closed is closed again.
    func says(_ edit: SettingsEdit) -> Bool {
        switch edit {
        case .setFlag(let new):
            flags.contains {
                $0.name == new.name && $0.scope == new.scope && $0.isOn == new.isOn && $0.until == new.until
            }
        case .setLevel(let new):
            levels.contains {
                $0.scope == new.scope && $0.level == new.level && $0.isPinned == new.isPinned && $0.until == new.until
            }
        case .setNotice(let new): notice?.text == new.text && notice?.until == new.until
        default: false
        }
    }
}
