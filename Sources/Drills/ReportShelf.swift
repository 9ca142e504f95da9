/// Which reports of drills are kept, by their names alone.
public enum ReportShelf {
    /// How many are kept of a mesh; the oldest go first.
    public static let limit = 50

    /// The name of a report: when the drill began, which sorts as time does, and its name.
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

    /// Those that have to go so that one more can be kept.
    public static func excess(_ names: [String], limit: Int = limit) -> [String] {
        Array(sorted(names).dropFirst(max(limit - 1, 0)))
    }

    /// The newest report that is asked for: of a drill by its name, by its own name, or `last`; nil for none.
    public static func find(_ wanted: String, among names: [String]) -> String? {
        let all = sorted(names)
        if wanted == "last" { return all.first }
        return all.first { $0 == wanted } ?? all.first { drill(of: $0) == wanted }
    }
}
