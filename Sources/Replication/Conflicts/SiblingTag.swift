import MeshBase

/// Dots as entity tags have them: `"COUNTER-WRITER"` in hexadecimal, of several siblings joined by commas.
public enum SiblingTag {
    /// Dots in one condition at most.
    public static let most = 2 * SiblingSet.most

    /// The tag of these dots, without quotes.
    public static func text(_ dots: [RecordVersion]) -> String {
        dots.map { String($0.counter, radix: 16) + "-" + String($0.writer, radix: 16) }.joined(separator: ",")
    }

    /// The dots of an `If-Match` field: one or more strong tags as `text` gives them; nil for anything else.
    public static func dots(ofCondition field: UnsafeRawBufferPointer) -> [RecordVersion]? {
        // Each tag has two quotes, and what is between the tags is a comma and blanks.
        let parts = field.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count % 2 == 1 else { return nil }
        var dots: [RecordVersion] = []
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
                guard words.count == 2, let counter = word(words[0]), let writer = word(words[1]),
                    counter > 0, counter < RecordVersion.highestCounter, dots.count < most
                else { return nil }
                dots.append(RecordVersion(counter: counter, writer: writer))
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
