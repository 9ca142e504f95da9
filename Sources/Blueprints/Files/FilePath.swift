/// Paths as text. A path is opened as it was joined, and shown without `.` and `..`.
enum FilePath {
    /// `path` as seen from the folder of the file `other`.
    static func joined(_ path: String, besides other: String) -> String {
        guard !path.hasPrefix("/"), let slash = other.lastIndex(of: "/") else { return path }
        return String(other[...slash]) + path
    }

    static func shown(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
