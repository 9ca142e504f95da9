import Foundation

@testable import policies_examples

/// The articles of Resilience.docc, and what of the examples stands in them.
///
/// An example is a paragraph that names it as it is run, the code, a line and what it prints:
///
///     `swift run policies-examples NAME`:
///
///     ```swift
///     (the body of its `run`)
///     ```
///
///     It prints:
///
///     ```
///     (its table)
///     ```
struct Articles {
    struct Block {
        let article: String
        let example: String
        var code: String
        var output: String
    }

    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let mark = "`swift run policies-examples "

    /// File and text of each.
    static func all() throws -> [(url: URL, text: String)] {
        let folder = root.appending(path: "Sources/Resilience/Resilience.docc")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }
            .sorted { $0.path < $1.path }
            .map { ($0, try String(contentsOf: $0, encoding: .utf8)) }
    }

    /// The examples of an article. `replace` is told of each and gives what belongs there.
    ///
    /// - Returns: the article with it.
    static func walk(
        _ text: String, _ replace: (_ name: String, _ code: String, _ output: String) -> (String, String)
    ) -> String {
        var lines = text.components(separatedBy: "\n")[...]
        var result: [String] = []
        while let line = lines.popFirst() {
            result.append(line)
            guard line.hasPrefix(mark) else { continue }
            let name = String(line.dropFirst(mark.count).prefix { $0 != "`" })
            var fences: [String] = []
            var between: [[String]] = []
            while fences.count < 2 {
                between.append(Array(lines.prefix { !$0.hasPrefix("```") }))
                lines = lines.drop { !$0.hasPrefix("```") }.dropFirst()
                fences.append(lines.prefix { $0 != "```" }.map { $0 + "\n" }.joined())
                lines = lines.drop { $0 != "```" }.dropFirst()
            }
            let (code, output) = replace(name, fences[0], fences[1])
            result += between[0] + ["```swift"] + Self.lines(code) + ["```"]
            result += between[1] + ["```"] + Self.lines(output) + ["```"]
        }
        return result.joined(separator: "\n")
    }

    /// Of a text that ends with a line.
    private static func lines(_ text: String) -> [String] { text.components(separatedBy: "\n").dropLast() }

    static func blocks() throws -> [Block] {
        var blocks: [Block] = []
        for (url, text) in try all() {
            _ = walk(text) { name, code, output in
                blocks.append(
                    Block(article: url.lastPathComponent, example: name, code: code, output: output))
                return (code, output)
            }
        }
        return blocks
    }

    /// The body of the `run` of each example, by name, without its indent.
    static func code() throws -> [String: String] {
        var code: [String: String] = [:]
        for url in try sources() {
            let lines = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
            guard let named = lines.first(where: { $0.contains("static let name = \"") }),
                let begin = lines.firstIndex(of: "    static func run() -> Table {"),
                let end = lines[begin...].firstIndex(of: "    }")
            else { continue }
            code[String(named.split(separator: "\"")[1])] =
                lines[(begin + 1)..<end].map { String($0.dropFirst(8)) + "\n" }.joined()
        }
        return code
    }

    static func sources() throws -> [URL] {
        let folder = root.appending(path: "Examples/Resilience")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    }
}
