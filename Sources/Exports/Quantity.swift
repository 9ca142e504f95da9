import MeshBase

/// Amounts as Kubernetes writes them.
package enum Quantity {
    /// Thousandths of a processor: `1`, `250m`.
    package static func processors(_ thousandths: Int) -> String {
        thousandths % 1_000 == 0 ? "\(thousandths / 1_000)" : "\(thousandths)m"
    }

    /// Bytes: `8Gi`, `128Mi`.
    package static func memory(_ bytes: Int) -> String {
        for (unit, size) in units where bytes != 0 && bytes % size == 0 { return "\(bytes / size)\(unit)" }
        return "\(bytes)"
    }

    /// Thousandths of a processor; nil for what is no number of them, from 1 thousandth to a million processors.
    package static func processors(_ text: String) -> Int? {
        if text.hasSuffix("m") { return number(text.dropLast(), 1...1_000_000_000) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = number(parts[0], 0...1_000_000) else { return nil }
        guard parts.count == 2 else { return whole > 0 ? whole * 1_000 : nil }
        guard (1...3).contains(parts[1].utf8.count), let part = number(parts[1], 0...999) else { return nil }
        let thousandths = whole * 1_000 + part * [100, 10, 1][parts[1].utf8.count - 1]
        return thousandths > 0 ? thousandths : nil
    }

    /// Bytes, of `8Gi`, `8GiB` or a plain number; nil for what is none, from 1 byte to 8 EiB.
    package static func memory(_ text: String) -> Int? {
        let text = text.hasSuffix("B") ? text.dropLast() : text[...]
        for (unit, size) in units where text.hasSuffix(unit) {
            return number(text.dropLast(unit.utf8.count), 1...(Int.max / size)).map { $0 * size }
        }
        return number(text, 1...Int.max)
    }

    private static let units = [("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)]

    /// A number of digits alone.
    static func number(_ text: some StringProtocol, _ range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            range.contains(number)
        else { return nil }
        return number
    }
}
