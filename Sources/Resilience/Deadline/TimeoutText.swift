import MeshBase

/// Lengths of time as headers have them.
public enum TimeoutText {
    /// As `grpc-timeout`: 1 to 8 digits and one of `H M S m u n` (gRPC over HTTP/2, "Requests"). Nil for any other.
    public static func grpc(_ text: some StringProtocol) -> TimeAmount? {
        let bytes = text.utf8
        guard (2...9).contains(bytes.count), let unit = text.last?.asciiValue else { return nil }
        guard let number = digits(text.dropLast(), atMost: 8) else { return nil }
        switch unit {
        case UInt8(ascii: "H"): return .hours(number)
        case UInt8(ascii: "M"): return .minutes(number)
        case UInt8(ascii: "S"): return .seconds(number)
        case UInt8(ascii: "m"): return .milliseconds(number)
        case UInt8(ascii: "u"): return .microseconds(number)
        case UInt8(ascii: "n"): return .nanoseconds(number)
        default: return nil
        }
    }

    /// The same the other way: in the finest unit in which it has at most 8 digits, rounded down, so that nobody further
    /// on waits for longer. Less than zero is zero.
    public static func grpc(_ time: TimeAmount) -> String {
        let nanoseconds = max(time.nanoseconds, 0)
        let units: [(Int64, String)] = [
            (1, "n"), (1_000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (60_000_000_000, "M"),
        ]
        for (unit, name) in units where nanoseconds / unit <= 99_999_999 { return "\(nanoseconds / unit)\(name)" }
        return "\(nanoseconds / 3_600_000_000_000)H"
    }

    /// As `Retry-After` in seconds: 1 to 9 digits; nil for any other, dates among them.
    public static func retryAfter(_ text: some StringProtocol) -> TimeAmount? {
        digits(text, atMost: 9).map { .seconds($0) }
    }

    private static func digits(_ text: some StringProtocol, atMost most: Int) -> Int64? {
        guard (1...most).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(text)
    }
}
