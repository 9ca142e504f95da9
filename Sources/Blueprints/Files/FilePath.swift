/// Paths as text. A path is opened as it was joined, and shown without `.` and `..`.
enum FilePath {
    /// What stands for standard input where a file is named.
    static let standardInput = "-"

    /// `path` as seen from the folder of the file `other`; what comes through a pipe lies in the current folder.
    static func joined(_ path: String, besides other: String) -> String {
        if isStream(other) { return path }
        guard !path.hasPrefix("/"), let slash = other.lastIndex(of: "/") else { return path }
        return String(other[...slash]) + path
    }

    private static func isStream(_ path: String) -> Bool {
        path == standardInput || ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"].contains { path.hasPrefix($0) }
    }

    static func shown(_ path: String) -> String {
        if path == standardInput { return "<stdin>" }
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        // The current folder has no other name.
        if parts.isEmpty, !path.hasPrefix("/") { return path }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
