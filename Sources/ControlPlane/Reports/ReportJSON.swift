import FoundationEssentials

/// The JSON that commands and the API speak: keys sorted, one line, `"schema": "cellmesh/1"` in every report.
package enum ReportJSON {
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
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
