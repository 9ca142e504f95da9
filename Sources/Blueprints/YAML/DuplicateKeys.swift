/// Renames the first use of a duplicate key to characters that no file needs, as many as the key has, so that the
/// document can be parsed and no position changes.
struct DuplicateKeys {
    private(set) var text: String
    /// Number n is written as repeated U+E000 + n, of the private use area.
    private var names: [String] = []
    private static let firstPlaceholder: UInt32 = 0xE000

    init(text: String) { self.text = text }

    /// The position is that of the first use of the key. False when the key is not found there.
    mutating func rename(_ key: String, at position: Position) -> Bool {
        guard let placeholder = Unicode.Scalar(Self.firstPlaceholder + UInt32(names.count)),
            !text.unicodeScalars.contains(placeholder), var index = index(of: position)
        else { return false }
        var scalars = text.unicodeScalars
        if index < scalars.endIndex, scalars[index] == "\"" || scalars[index] == "'" {
            index = scalars.index(after: index)
        }
        guard !key.isEmpty, scalars[index...].starts(with: key.unicodeScalars) else { return false }
        let count = key.unicodeScalars.count
        let end = scalars.index(index, offsetBy: count)
        scalars.replaceSubrange(index..<end, with: [Unicode.Scalar](repeating: placeholder, count: count))
        text = String(scalars)
        names.append(key)
        return true
    }

    /// The key that a placeholder stands for, or the text itself.
    func restored(_ text: String) -> String {
        guard let value = text.unicodeScalars.first?.value, value >= Self.firstPlaceholder,
            value < Self.firstPlaceholder + UInt32(names.count)
        else { return text }
        return names[Int(value - Self.firstPlaceholder)]
    }

    private func index(of position: Position) -> String.UnicodeScalarView.Index? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        var line = 1
        while line < position.line, index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            if scalar == "\r", index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) { line += 1 }
        }
        return scalars.index(index, offsetBy: position.column - 1, limitedBy: scalars.endIndex)
    }
}
