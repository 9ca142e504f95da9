/// Where a value in force came from.
public enum PolicyOrigin: Sendable, Hashable, Codable {
    case profile(PolicyProfile)
    /// In a file, or for a preset that stands there.
    case written(WrittenPlace, preset: String?)
    /// A default that gave way to what is written beside it, or is made of it: `of attempt-timeout`.
    case derived(String)

    /// As `policies ls` shows it.
    public var description: String {
        switch self {
        case .profile(let profile): "profile \(profile.rawValue)"
        case .written(let place, let preset?): "\(place.name), preset \(preset)"
        case .written(let place, nil): place.name
        case .derived(let reason): reason
        }
    }
}
