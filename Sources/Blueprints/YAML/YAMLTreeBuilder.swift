import Yams

/// Turns Yams' nodes into `YAMLValue`s and refuses what no file of this project needs: keys that are not text,
/// explicit tags, deep nesting, and more values than the bound (which aliases could multiply).
struct YAMLTreeBuilder {
    let reporter: Reporter
    let duplicates: DuplicateKeys
    private var left = YAMLDocument.mostValues
    private(set) var isExhausted = false

    init(reporter: Reporter, duplicates: DuplicateKeys) {
        self.reporter = reporter
        self.duplicates = duplicates
    }

    mutating func value(of node: Node, depth: Int) -> YAMLValue? {
        let position = Self.position(of: node)
        guard !isExhausted else { return nil }
        left -= 1
        guard left > 0 else {
            isExhausted = true
            reporter.error(.yamlAliases, at: position, "more than \(YAMLDocument.mostValues) values, aliases included")
            return nil
        }
        guard depth <= YAMLDocument.deepest else {
            isExhausted = true
            YAMLDocument.tooDeep(at: position, reporter)
            return nil
        }
        checkTag(of: node, at: position)
        switch node {
        case .scalar(let scalar):
            let quoted = scalar.style != .plain && scalar.style != .any
            return YAMLValue(content: .text(duplicates.restored(scalar.string), quoted: quoted), position: position)
        case .sequence(let sequence):
            var items: [YAMLValue] = []
            for item in sequence {
                if let value = value(of: item, depth: depth + 1) { items.append(value) }
            }
            return YAMLValue(content: .list(items), position: position)
        case .mapping(let mapping):
            return YAMLValue(content: .mapping(entries(of: mapping, depth: depth)), position: position)
        case .alias:
            return nil
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [YAMLValue.Entry] {
        var entries: [YAMLValue.Entry] = []
        var first: [String: Position] = [:]
        for (keyNode, valueNode) in mapping {
            let position = Self.position(of: keyNode)
            guard case .scalar(let scalar) = keyNode else {
                reporter.error(.yamlKey, at: position, "a key must be a text")
                continue
            }
            let key = duplicates.restored(scalar.string)
            if key == "<<" {
                reporter.error(
                    .yamlKey, at: position, "merge keys are not supported", hint: "write the keys out, or use an alias")
                continue
            }
            guard let value = value(of: valueNode, depth: depth + 1) else { continue }
            if let earlier = first[key] {
                let shown = YAMLValue.clipped(key)
                reporter.error(
                    .duplicateKey, at: position, "the key '\(shown)' is given more than once",
                    hint: "it is first given in line \(earlier.line)")
                continue
            }
            first[key] = position
            entries.append(YAMLValue.Entry(key: key, position: position, value: value))
        }
        return entries
    }

    private func checkTag(of node: Node, at position: Position) {
        let name = node.tag.description
        if !Self.plainTags.contains(name) {
            reporter.error(.yamlTag, at: position, "the tag '\(YAMLValue.clipped(name))' has no meaning here")
        }
    }

    private static let plainTags = ["", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"]

    private static func position(of node: Node) -> Position {
        node.mark.map { Position(line: max($0.line, 1), column: max($0.column, 1)) } ?? .start
    }
}
