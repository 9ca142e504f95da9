/// Tells what the request parser makes of some bytes, as one line of text, for comparison with other parsers.
package enum HTTPWireCheck {
    /// `line` holds the bytes in hexadecimal. The verdict is one of
    ///
    ///     accept METHOD minor=0|1 keepalive=0|1 consumed=N target=TEXT body=HEX
    ///     incomplete
    ///     reject STATUS LABEL
    ///     error not hexadecimal
    package static func verdict(_ line: String) -> String {
        guard var bytes = decode(line) else { return "error not hexadecimal" }
        return bytes.withUnsafeMutableBytes { buffer in
            var parser = HTTPRequestParser()
            switch parser.parse(buffer, limits: .standard) {
            case .incomplete: return "incomplete"
            case .failure(let failure): return "reject \(failure.status) \(failure.label)"
            case .complete(let request):
                let buffer = UnsafeRawBufferPointer(buffer)
                return "accept \(request.methodRange.text(in: buffer)) minor=\(request.versionMinor)"
                    + " keepalive=\(request.keepAlive ? 1 : 0) consumed=\(request.consumed)"
                    + " target=\(request.target.text(in: buffer)) body=\(encode(request.body.bytes(in: buffer)))"
            }
        }
    }

    private static func decode(_ line: String) -> [UInt8]? {
        let digits = Array(line.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for position in stride(from: 0, to: digits.count, by: 2) {
            let high = HTTPCharacters.hexadecimal(digits[position])
            let low = HTTPCharacters.hexadecimal(digits[position + 1])
            guard high != 255, low != 255 else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
