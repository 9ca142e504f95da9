import MeshBase

/// A dot as clients carry it.
public struct ProvenDot: Sendable, Hashable {
    /// The dot.
    public var version: RecordVersion
    /// By it routers know what they have given out for this very key; 0 where there is none.
    public var proof: UInt64

    /// A dot with its proof.
    public init(_ version: RecordVersion, proof: UInt64) {
        self.version = version
        self.proof = proof
    }
}

/// Dots as entity tags have them: `"COUNTER-WRITER-PROOF"` in hexadecimal, of several siblings joined by commas.
public enum SiblingTag {
    /// Dots in one condition at most.
    public static let most = 2 * SiblingSet.most

    /// The tag of these dots, without quotes.
    public static func text(_ dots: [ProvenDot]) -> String {
        dots.map { text($0.version) + "-" + String($0.proof, radix: 16) }.joined(separator: ",")
    }

    /// A dot without its proof: a name for it, and nothing that a write may have seen.
    public static func text(_ dot: RecordVersion) -> String {
        String(dot.counter, radix: 16) + "-" + String(dot.writer, radix: 16)
    }

    /// The dots of an `If-Match` field: one or more strong tags as `text` gives them, or without proofs; nil for anything
    /// else. Whether the proofs are right is not looked at.
    public static func dots(ofCondition field: UnsafeRawBufferPointer) -> [ProvenDot]? {
        // Each tag has two quotes, and what is between the tags is a comma and blanks.
        let parts = field.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count % 2 == 1 else { return nil }
        var dots: [ProvenDot] = []
        for (index, part) in parts.enumerated() {
            guard index % 2 == 1 else {
                let separators = part.filter { $0 == UInt8(ascii: ",") }.count
                let isEdge = index == 0 || index == parts.count - 1
                guard separators == (isEdge ? 0 : 1),
                    part.allSatisfy({ $0 == UInt8(ascii: ",") || $0 == 32 || $0 == 9 })
                else { return nil }
                continue
            }
            for tag in part.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                let words = tag.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
                guard 2...3 ~= words.count, let counter = word(words[0]), let writer = word(words[1]),
                    let proof = words.count == 3 ? word(words[2]) : 0,
                    counter > 0, counter < RecordVersion.highestCounter, dots.count < most
                else { return nil }
                dots.append(ProvenDot(RecordVersion(counter: counter, writer: writer), proof: proof))
            }
        }
        return dots
    }

    private static func word(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            switch byte {
            case 48...57: value = value << 4 | UInt64(byte - 48)
            case 97...102: value = value << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return value
    }
}
