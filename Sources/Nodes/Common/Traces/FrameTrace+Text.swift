import MeshBase
import Wire

extension FrameTrace {
    /// What an attempt is called that nobody follows: cell and router both know its customer and its number, so that what either
    /// keeps of it is found from the other, though no id went with it.
    init(customer: CustomerHash, request: UInt64) {
        self.init(high: customer.rawValue, low: max(request, 1), isExplained: false, isSampled: true)
    }

    /// As headers and commands name it: 32 hexadecimal digits.
    package var text: String { HexText.text(high) + HexText.text(low) }

    /// Reads 32 hexadecimal digits of which not all are 0.
    package init?(_ text: some StringProtocol, isExplained: Bool = false) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16),
            high | low != 0
        else { return nil }
        self.init(high: high, low: low, isExplained: isExplained)
    }

    /// The id of a `traceparent` (W3C Trace Context): `00-<32 hex>-<16 hex>-<2 hex>`, of small letters, neither id all
    /// zeros; nil for anything else.
    package init?(traceparent bytes: UnsafeRawBufferPointer, isExplained: Bool) {
        let isHex = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
        guard bytes.count == 55, bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "0"),
            [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            bytes[3..<35].allSatisfy(isHex), bytes[36..<52].allSatisfy(isHex), bytes[53..<55].allSatisfy(isHex),
            bytes[36..<52].contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        self.init(String(decoding: bytes[3..<35], as: UTF8.self), isExplained: isExplained)
        // Flag 1: the caller keeps it.
        isSampled = (bytes[54] & 1 == 1) != (bytes[54] >= 0x61)
    }

    /// The span that a `traceparent` names which was read: the parent of all that is done for the request.
    package static func span(traceparent bytes: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(String(decoding: bytes[36..<52], as: UTF8.self), radix: 16) ?? 0
    }
}
