import MeshBase

/// An attribute's value, as the JSON mapping of the OpenTelemetry protocol writes it.
package enum OTLPValue: Sendable, Equatable {
    case text(String)
    /// 64 bits: written as text.
    case number(Int64)
    /// What is not finite is written by name.
    case real(Double)
    case flag(Bool)
    case texts([String])

    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text):
            bytes += "{\"stringValue\":".utf8
            JSONScalar.append(text, to: &bytes)
        case .number(let number): bytes += "{\"intValue\":\"\(number)\"".utf8
        case .real(let number):
            bytes += "{\"doubleValue\":".utf8
            if number.isFinite {
                JSONScalar.append(number, to: &bytes)
            } else {
                bytes += (number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"").utf8
            }
        case .flag(let flag): bytes += "{\"boolValue\":\(flag)".utf8
        case .texts(let texts):
            bytes += "{\"arrayValue\":{\"values\":[".utf8
            for (index, text) in texts.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                OTLPValue.text(text).append(to: &bytes)
            }
            bytes += "]}".utf8
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

/// Attributes in the order in which they were added.
package struct OTLPAttributes: Sendable, Equatable {
    package private(set) var all: [(key: String, value: OTLPValue)] = []

    package init() {}

    package mutating func set(_ key: String, _ value: OTLPValue) { all.append((key, value)) }
    /// Left out where it is empty.
    package mutating func set(_ key: String, _ text: String) { if !text.isEmpty { set(key, .text(text)) } }

    package subscript(key: String) -> OTLPValue? { all.first { $0.key == key }?.value }

    package static func == (a: OTLPAttributes, b: OTLPAttributes) -> Bool {
        a.all.elementsEqual(b.all) { $0.key == $1.key && $0.value == $1.value }
    }

    func append(to bytes: inout [UInt8]) {
        bytes += "\"attributes\":[".utf8
        for (index, attribute) in all.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += "{\"key\":".utf8
            JSONScalar.append(attribute.key, to: &bytes)
            bytes += ",\"value\":".utf8
            attribute.value.append(to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }
}
