import Testing

@testable import Wire

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
            (9_223_372_036, "Fri, 11 Apr 2262 23:47:16 GMT"), (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] as [(Int64, String)])
    func knownTimes(_ second: Int64, _ text: String) {
        #expect(line(HTTPDate(wall: second * 1_000_000_000)) == "Date: \(text)\r\n")
    }

    /// An hour of seconds, each in the place of the one before.
    @Test func everySecondFollows() {
        var date = HTTPDate(wall: 0)
        for second in Int64(1)...3_600 {
            date.update(wall: second * 1_000_000_000 + 999_999_999)
            let (minutes, seconds) = (second / 60 % 60, second % 60)
            let text = "0\(second / 3_600):\(minutes < 10 ? "0" : "")\(minutes):\(seconds < 10 ? "0" : "")\(seconds)"
            guard line(date) == "Date: Thu, 01 Jan 1970 \(text) GMT\r\n" else {
                Issue.record("\(line(date)) where \(text) was due")
                return
            }
        }
        // The clock may be set back.
        date.update(wall: 0)
        #expect(line(date) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
    }

    private func line(_ date: HTTPDate) -> String { String(decoding: date.line, as: UTF8.self) }
}
