import MeshBase

/// Tells what the request parser makes of some bytes, as one line of text, for comparison with other parsers.
package enum HTTPWireCheck {
    /// `line` holds the bytes in hexadecimal. The verdict is one of
    ///
    ///     accept METHOD minor=0|1 keepalive=0|1 consumed=N target=TEXT body=HEX
    ///     incomplete
    ///     reject STATUS LABEL
    ///     error not hexadecimal
    package static func verdict(_ line: String) -> String {
        guard var bytes = HexText.bytes(line) else { return "error not hexadecimal" }
        return bytes.withUnsafeMutableBytes { buffer in
            var parser = HTTPRequestParser()
            switch parser.parse(buffer, limits: .standard) {
            case .incomplete: return "incomplete"
            case .failure(let failure): return "reject \(failure.status) \(failure.label)"
            case .complete(let request):
                let buffer = UnsafeRawBufferPointer(buffer)
                return "accept \(request.methodRange.text(in: buffer)) minor=\(request.versionMinor)"
                    + " keepalive=\(request.keepAlive ? 1 : 0) consumed=\(request.consumed)"
                    + " target=\(request.target.text(in: buffer)) body=\(HexText.text(request.body.bytes(in: buffer)))"
            }
        }
    }
}
