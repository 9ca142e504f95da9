import Wire

extension HTTPCall {
    /// Bytes of a Cookie field that are looked at: browsers send those of every port of the host.
    package static let cookieLimit = 8_192

    /// The value of a cookie, without the quotes that it may have; the first of two with one name. Nil where there is
    /// none, and where the field is longer than `cookieLimit`.
    package func cookie(_ name: String) -> String? {
        let bytes = stream.pointee.input.bytes
        let field = stream.pointee.request.header("cookie", in: bytes)
        guard field.isPresent, field.count <= Self.cookieLimit else { return nil }
        for pair in field.text(in: bytes).split(separator: ";") {
            let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0] == name else { continue }
            var value = halves[1]
            while value.last == " " { value.removeLast() }
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return String(value)
        }
        return nil
    }

    /// The last event that the reader of a stream has seen; nil where it says none, or no number.
    package var lastEventID: UInt64? {
        let bytes = stream.pointee.input.bytes
        return stream.pointee.request.header("last-event-id", in: bytes).decimal(in: bytes)
    }
}
