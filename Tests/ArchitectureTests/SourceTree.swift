import Foundation

/// The package's own sources, as text.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File {
        var target: String
        var path: String
        var lines: [String]
    }

    /// All Swift files below `Sources`, in order of their paths.
    static func sources() throws -> [File] {
        let base = root.appendingPathComponent("Sources")
        var files: [File] = []
        guard let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        for case let url as URL in walker where url.pathExtension == "swift" {
            let relative = url.path.dropFirst(base.path.count + 1)
            files.append(
                File(
                    target: String(relative.prefix { $0 != "/" }), path: String(relative),
                    lines: try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// A line without its comment and without the contents of string literals, so that prose cannot break a rule.
    static func code(_ line: String) -> String {
        var code = ""
        var inString = false
        var previous: Character = " "
        for character in line {
            if character == "\"", previous != "\\" { inString.toggle() }
            if !inString, character == "/", previous == "/" {
                code.removeLast()
                break
            }
            if !inString || character == "\"" { code.append(character) }
            previous = character
        }
        return code
    }
}
