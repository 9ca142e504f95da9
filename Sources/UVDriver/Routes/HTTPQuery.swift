import MeshBase

/// The parameters of a query: `a=1&b=2`, percent-encoded. What a page does not take is refused, never ignored.
package struct HTTPQuery: Sendable {
    /// Parameters in one query at most.
    package static let most = 16

    private var values: [String: String] = [:]

    package init() {}

    /// - Parameters:
    ///   - known: the parameters that there may be.
    /// - Throws: a sentence that says what is wrong.
    package init(_ text: String, known: [String]) throws(Refusal) {
        let parts = text.split(separator: "&", maxSplits: Self.most)
        guard parts.count <= Self.most else { throw Refusal("A query has \(Self.most) parameters at most.") }
        for part in parts {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(halves[0])
            guard known.contains(name) else { throw Refusal(Self.unknown(name, known)) }
            guard values[name] == nil else { throw Refusal("The parameter '\(name)' comes twice.") }
            values[name] = halves.count > 1 ? Self.decoded(halves[1]) : ""
        }
    }

    /// Why a query is not taken.
    package struct Refusal: Error, Equatable {
        package let detail: String
        package init(_ detail: String) { self.detail = detail }
    }

    private static func unknown(_ name: String, _ known: [String]) -> String {
        let start = "'\(name.prefix(40))' is no parameter of this page: "
        return start + (known.isEmpty ? "it takes none." : "there is \(known.joined(separator: ", ")).")
    }

    package subscript(name: String) -> String? { values[name] }

    /// Nil for what is no whole number from 0 on.
    package func integer(_ name: String, default absent: Int64) -> Int64? {
        guard let text = values[name] else { return absent }
        guard let value = Int64(text), value >= 0 else { return nil }
        return value
    }

    /// Percent-encoding taken away; what is no encoding stays.
    package static func decoded(_ text: Substring, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = HexText.bytes(String(decoding: rest.prefix(2), as: UTF8.self)), decoded.count == 1
            {
                bytes.append(decoded[0])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
