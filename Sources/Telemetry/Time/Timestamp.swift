import MeshBase

/// Times of day as RFC 3339 writes them, always in UTC: `2026-03-01T12:00:00.123Z`.
package enum Timestamp {
    package enum Precision: Int, Sendable {
        case seconds = 0
        case milliseconds = 3
        case nanoseconds = 9
    }

    /// - Parameter nanoseconds: Since 1970, UTC; any value (1677 to 2262). Finer digits than asked for are cut off.
    package static func string(_ nanoseconds: Int64, _ precision: Precision = .milliseconds) -> String {
        var bytes: [UInt8] = []
        append(nanoseconds, precision, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// To a millisecond; empty for what is no time between 1677 and 2262.
    ///
    /// - Parameter milliseconds: since 1970, UTC.
    package static func string(milliseconds: Double) -> String {
        milliseconds.magnitude < 9.2e12 ? string(Int64((milliseconds * 1_000).rounded()) * 1_000) : ""
    }

    package static func append(_ nanoseconds: Int64, _ precision: Precision, to bytes: inout [UInt8]) {
        var second = nanoseconds / 1_000_000_000
        var fraction = nanoseconds % 1_000_000_000
        if fraction < 0 {
            fraction += 1_000_000_000
            second -= 1
        }
        var day = second / 86_400
        var rest = second % 86_400
        if rest < 0 {
            rest += 86_400
            day -= 1
        }
        let date = CivilCalendar.date(ofDay: day)
        pad(date.year, 4, &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(date.month, 2, &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(date.day, 2, &bytes)
        bytes.append(UInt8(ascii: "T"))
        pad(rest / 3_600, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(rest / 60 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(rest % 60, 2, &bytes)
        switch precision {
        case .seconds: break
        case .milliseconds:
            bytes.append(UInt8(ascii: "."))
            pad(fraction / 1_000_000, 3, &bytes)
        case .nanoseconds:
            bytes.append(UInt8(ascii: "."))
            pad(fraction, 9, &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Parses RFC 3339: a date, `T` or a space, a time with up to nine digits of fraction, and `Z` or `+HH:MM`.
    ///
    /// - Returns: Nanoseconds since 1970, UTC; nil for anything malformed or outside 1678...2261. A leap second is
    ///   taken as the first one of the next minute.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 35, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1678...2261).contains(year), (1...12).contains(month), (1...length(month, year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var position = 19
        var fraction: Int64 = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            let start = position
            while position < bytes.count, position - start < 9, isDigit(bytes[position]) { position += 1 }
            guard position > start, let digits = number(bytes[start..<position]) else { return nil }
            fraction = digits
            for _ in (position - start)..<9 { fraction *= 10 }
        }
        guard let offset = offset(bytes[position...]) else { return nil }
        let date = CivilCalendar.Date(year: year, month: month, day: day)
        let seconds = CivilCalendar.day(of: date) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        return seconds * 1_000_000_000 + fraction
    }

    // MARK: The calendar

    private static func length(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // MARK: Digits

    private static func pad(_ value: Int64, _ digits: Int, _ bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = value
        for _ in 0..<digits {
            bytes.append(UInt8(48 + rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return value
    }

    /// Seconds east of Greenwich.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int64? {
        let zone = Array(zone)
        if zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"),
            let hours = number(zone[1..<3]), let minutes = number(zone[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (zone[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
