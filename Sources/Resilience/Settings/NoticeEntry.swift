import MeshBase

/// What the operator tells the mesh's own users, in words: routers show it with their status.
public struct NoticeEntry: Sendable, Equatable, Codable {
    /// Most bytes of UTF-8.
    public static let most = 500

    /// One line of text.
    public var text: String
    /// When it was set.
    public var set: WallTime?
    /// When it ends; nil for when it is taken back.
    public var until: WallTime?

    /// A notice in force from now on.
    public init(_ text: String, set: WallTime? = nil, until: WallTime? = nil) {
        self.text = text
        self.set = set
        self.until = until
    }

    /// Whether its time is not up.
    public func isInForce(_ now: WallTime) -> Bool { until.map { now < $0 } ?? true }

    /// Why it is not taken, without a period; nil where it is. Signs that would change how the text beside it is read
    /// are not taken, whoever shows it.
    var problem: String? {
        let scalars = text.unicodeScalars
        if scalars.allSatisfy(\.properties.isWhitespace) { return "a notice has words" }
        if text.utf8.count > Self.most {
            return "a notice has \(Self.most) bytes at most, and this one \(text.utf8.count)"
        }
        let isOdd = scalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
            default: false
            }
        }
        return isOdd ? "a notice is one line of text, without control characters" : nil
    }
}
