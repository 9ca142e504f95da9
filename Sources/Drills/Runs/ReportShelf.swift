/// Which reports of a mesh are kept: of drills, loads and all else that is run.
public enum ReportShelf {
    /// How many are kept of a mesh beside those that somebody keeps; the oldest go first.
    public static let limit = 100
    /// How many bytes they may have in all, beside those that somebody keeps: 200 MiB.
    public static let mostBytes = 200 << 20

    /// A report that lies there.
    public struct Entry: Sendable, Equatable {
        /// Its name.
        public let id: String
        /// Of all its files.
        public let bytes: Int
        /// It stays whatever comes after it.
        public let isKept: Bool

        /// One report.
        public init(id: String, bytes: Int, isKept: Bool = false) {
            self.id = id
            self.bytes = bytes
            self.isKept = isKept
        }
    }

    /// The name of a report: when what it is of began, which sorts as time does, and the drill's name, or its kind.
    ///
    /// - Parameter wall: RFC 3339 in UTC, such as `2026-03-01T12:00:00.123Z`; only its digits count.
    public static func id(of drill: String, wall: String) -> String {
        let digits = wall.utf8.filter { $0 >= 48 && $0 <= 57 }.prefix(17).map { Character(Unicode.Scalar($0)) }
        return "\(String(digits.prefix(8)))-\(String(digits.dropFirst(8)))-\(drill)"
    }

    /// Whether a name may be one of a report; no other is ever opened or removed.
    public static func isID(_ name: String) -> Bool {
        let parts = name.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        func isNumber(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
        return parts.count == 3 && parts[0].utf8.count == 8 && isNumber(parts[0]) && isNumber(parts[1])
            && !parts[2].isEmpty && name.utf8.count <= 100
            && parts[2].utf8.allSatisfy { $0 >= 97 && $0 <= 122 || $0 >= 48 && $0 <= 57 || $0 == 45 }
    }

    /// The drill that a report is of; nil for what is no name of one.
    public static func drill(of id: String) -> String? {
        isID(id) ? id.split(separator: "-", maxSplits: 2).last.map(String.init) : nil
    }

    /// The reports among these names, the newest first.
    public static func sorted(_ names: [String]) -> [String] { names.filter(isID).sorted(by: >) }

    /// Those that have to go, so that no more are left than there may be. The newest always stays.
    public static func excess(
        _ entries: [Entry], limit: Int = limit, mostBytes: Int = mostBytes
    ) -> [String] {
        var (count, bytes) = (0, 0)
        var gone: [String] = []
        for entry in entries.filter({ isID($0.id) && !$0.isKept }).sorted(by: { $0.id > $1.id }) {
            // One that is too large does not save an older one that is small: what goes is the oldest.
            if gone.isEmpty, count == 0 || count < limit && bytes + entry.bytes <= mostBytes {
                count += 1
                bytes += entry.bytes
            } else {
                gone.append(entry.id)
            }
        }
        return gone
    }

    /// The newest report that is asked for: of a drill by its name, by its own name, or `last`; nil for none.
    public static func find(_ wanted: String, among names: [String]) -> String? {
        let all = sorted(names)
        if wanted == "last" { return all.first }
        return all.first { $0 == wanted } ?? all.first { drill(of: $0) == wanted }
    }
}
