import FoundationEssentials

/// The JSON that processes send to each other and keep in files: keys sorted, one line. What a person reads is written by
/// `DocumentText`, from the same types.
package enum ReportJSON {
    /// What every document names first.
    package static let schema = "cellmesh/1"

    /// One line with a line feed at its end.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("a report cannot be encoded: \(error)")
        }
    }

    /// Nil if the text is not such a value.
    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? read(type, bytes)
    }

    /// By the quick reader; what that one does not take for sure Foundation's reads. Forms of its own for types of Foundation
    /// (texts for `Date` or `Data`) are for neither.
    ///
    /// - Throws: a `DecodingError`, of which `JSONFailure` says where and what.
    package static func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        if let value = JSONTokens(bytes)?.whole(type) { return value }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }
}
