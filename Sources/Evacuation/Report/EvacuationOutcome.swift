/// Where an evacuation or a restore stands, or how it ended.
public enum EvacuationOutcome: String, Sendable, Codable, CaseIterable {
    /// There was none.
    case none
    /// Under way.
    case running
    /// Under way, and no further cohort begins until it is resumed.
    case paused
    /// Ended as asked for.
    case completed
    /// The gate said no: every customer is where it was.
    case rolledBack = "rolled-back"
    /// A check said no: nothing was changed.
    case refused
    /// A user took it back: every customer is where it was.
    case aborted

    /// Whether nothing more will happen.
    public var isFinal: Bool {
        switch self {
        case .none, .running, .paused: false
        case .completed, .rolledBack, .refused, .aborted: true
        }
    }
}
