import MeshBase

/// What became of one customer, or is predicted to.
package enum CustomerMark: UInt8, Sendable, CaseIterable, Comparable {
    /// Of an observation: the customer asked for nothing.
    case unseen = 0
    /// Every cell of its shard serves.
    case untouched = 1
    /// Some cells of its shard serve, and some do not.
    case degraded = 2
    /// No cell of its shard serves.
    case lost = 3

    /// The worse is the greater.
    package static func < (a: CustomerMark, b: CustomerMark) -> Bool { a.rawValue < b.rawValue }

    /// Whether a customer was seen to fare otherwise than predicted: the one rule for all that say `differs`. Who was not seen does
    /// not, and of whom nothing is predicted untouched is.
    package func differs(from predicted: CustomerMark) -> Bool { self != .unseen && self != max(predicted, .untouched) }
}

/// Small numbers for many customers as text: from the lowest bits of each byte on, in base64.
package enum CustomerMarks {
    /// To so many customers there is a mark for each.
    package static let most = 10_000

    /// - Parameter bits: 2 or 4 for each value; what is more of a value is left out.
    package static func text(_ values: [UInt8], bits: Int) -> String {
        let perByte = 8 / bits
        var bytes = [UInt8](repeating: 0, count: (values.count + perByte - 1) / perByte)
        let mask = UInt8(1 << bits - 1)
        for (position, value) in values.enumerated() {
            bytes[position / perByte] |= (value & mask) << UInt8(position % perByte * bits)
        }
        return String(decoding: Base64Text.bytes(bytes), as: UTF8.self)
    }

    /// Nil for a text that is not of so many values.
    package static func values(_ text: String, bits: Int, count: Int) -> [UInt8]? {
        let perByte = 8 / bits
        guard let bytes = Base64Text.decoded(text.utf8), bytes.count == (count + perByte - 1) / perByte else {
            return nil
        }
        let mask = UInt8(1 << bits - 1)
        return (0..<count).map { bytes[$0 / perByte] >> UInt8($0 % perByte * bits) & mask }
    }
}
