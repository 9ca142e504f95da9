/// The order in which people expect names: `us-east-2` before `us-east-10`.
package enum NaturalOrder {
    /// Numbers inside of names are compared as numbers, everything else byte by byte; names that differ in leading
    /// zeros alone as bytes. A strict order over all texts.
    package static func precedes(_ a: String, _ b: String) -> Bool {
        let (left, right) = (Array(a.utf8), Array(b.utf8))
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if isDigit(left[i]), isDigit(right[j]) {
                let (one, other) = (number(left, &i), number(right, &j))
                if one.count != other.count { return one.count < other.count }
                if one != other { return one.lexicographicallyPrecedes(other) }
            } else if left[i] != right[j] {
                return left[i] < right[j]
            } else {
                i += 1
                j += 1
            }
        }
        if left.count - i != right.count - j { return left.count - i < right.count - j }
        return left.lexicographicallyPrecedes(right)
    }

    /// The digits from `index` on without leading zeros.
    private static func number(_ text: [UInt8], _ index: inout Int) -> ArraySlice<UInt8> {
        let start = index
        while index < text.count, isDigit(text[index]) { index += 1 }
        return text[start..<index].drop { $0 == UInt8(ascii: "0") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}

extension Sequence where Element == String {
    /// In natural order.
    package func sortedNaturally() -> [String] { sorted(by: NaturalOrder.precedes) }
}
