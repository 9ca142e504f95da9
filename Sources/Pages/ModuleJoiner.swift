/// Makes one module of several: without their imports, comments and the word `export`.
///
/// They are text of this repository and keep to its habits, which is what makes lines enough to work on: an import
/// begins a line and ends with a semicolon, a comment has its lines to itself, and no literal goes over a line, but for
/// templates within their braces. `ScriptSqueezer` does the rest.
package enum ModuleJoiner {
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
            for line in lines.map(PageText.trimmed) where !line.isEmpty && !line.hasPrefix("//") {
                if isImport || line.hasPrefix("import ") {
                    isImport = !line.hasSuffix(";")
                    if !isImport {
                        let imported = String(line.split(separator: "'").dropFirst().first?.dropFirst(2) ?? "")
                        guard seen.contains(imported) else { throw .order(module: module.name, imports: imported) }
                    }
                    continue
                }
                joined += line.hasPrefix("export ") ? line.dropFirst(7) : line[...]
                joined += "\n"
            }
            seen.insert(module.name)
        }
        return ScriptSqueezer.squeeze(joined) + "\n"
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
