/// Makes one module of several: without their imports, comments and the word `export`.
///
/// They are text of this repository and keep to its habits, which is what makes lines enough to work on: an import
/// begins a line and ends with a semicolon, a comment has its lines to itself, and no literal goes over a line, but for
/// templates within their braces.
package enum ModuleJoiner {
    private static let signs = Set("{}()[]=<>*,:;?&|!".utf8)
    /// A line goes on after these, and before those.
    private static let open = Set(";{,(".utf8)
    private static let close = Set("}.?:&|)]".utf8)

    /// - Parameter modules: each after those that it imports.
    package static func join(_ modules: [PageSource]) throws(PageFault) -> String {
        var seen: Set<String> = []
        var owners: [String: String] = [:]
        var joined = ""
        for module in modules {
            let lines = String(decoding: module.text, as: UTF8.self).split(separator: "\n")
            for name in names(lines) {
                if let other = owners.updateValue(module.name, forKey: name) {
                    throw .twice(name: name, modules: [other, module.name])
                }
            }
            var isImport = false
            var isInTemplate = false
            for line in lines.map(PageText.trimmed) where !line.isEmpty && !line.hasPrefix("//") {
                if isImport || line.hasPrefix("import ") {
                    isImport = !line.hasSuffix(";")
                    if !isImport {
                        let imported = String(line.split(separator: "'").dropFirst().first?.dropFirst(2) ?? "")
                        guard seen.contains(imported) else { throw .order(module: module.name, imports: imported) }
                    }
                    continue
                }
                let line = line.hasPrefix("export ") ? String(line.dropFirst(7)) : line
                let marks = line.utf8.count { $0 == UInt8(ascii: "`") }
                let isOfTemplate = isInTemplate || marks > 0
                if marks % 2 == 1 { isInTemplate.toggle() }
                let tight = isOfTemplate ? line : tightened(line)
                if let last = joined.utf8.last, let next = tight.utf8.first, !open.contains(last),
                    !close.contains(next)
                {
                    joined += "\n"
                }
                joined += tight
            }
            seen.insert(module.name)
        }
        return joined + "\n"
    }

    /// Without needless blanks outside of its texts. Where a slash stands outside of them, it may begin an expression in
    /// which blanks mean something.
    private static func tightened(_ line: String) -> String {
        var parts: [(bytes: [UInt8], isText: Bool)] = [([], false)]
        var quote: UInt8?
        var isEscaped = false
        for byte in line.utf8 {
            if let open = quote {
                parts[parts.count - 1].bytes.append(byte)
                if !isEscaped, byte == open {
                    quote = nil
                    parts.append(([], false))
                }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                parts.append(([byte], true))
            } else {
                parts[parts.count - 1].bytes.append(byte)
            }
        }
        guard !parts.contains(where: { !$0.isText && $0.bytes.contains(UInt8(ascii: "/")) }) else { return line }
        return parts.map { part in
            let text = String(decoding: part.bytes, as: UTF8.self)
            return part.isText ? text : PageText.tightened(text, around: signs)
        }.joined()
    }

    /// What lines declare on the first level: those that are not indented.
    private static func names(_ lines: [Substring]) -> [String] {
        let words: Set<Substring> = ["const", "let", "var", "function", "class", "async"]
        return lines.compactMap { line in
            var rest = line.split(separator: " ")[...]
            guard !line.hasPrefix(" ") else { return nil }
            if rest.first == "export" { rest = rest.dropFirst() }
            guard let first = rest.first, words.contains(first) else { return nil }
            while let word = rest.first, words.contains(word) { rest = rest.dropFirst() }
            let name = rest.first?.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" } ?? ""
            return name.isEmpty ? nil : String(name)
        }
    }
}
