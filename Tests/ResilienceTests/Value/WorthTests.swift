import Testing

@testable import Resilience

@Suite struct WorthTests {
    @Test(arguments: [
        ("0", 0), ("1", 1_000_000), ("1250.5", 1_250_500_000), ("0.000001", 1), ("007", 7_000_000),
        ("9223372036854", 9_223_372_036_854_000_000), ("9223372036854.775807", Int64.max),
    ]) func decimalsAreRead(_ text: String, _ millionths: Int64) {
        #expect(Worth(parsing: text)?.millionths == millionths)
    }

    @Test(arguments: [
        "", ".", "1.", ".5", "-1", "+1", "1e3", " 1", "1 ", "1,5", "1.2.3", "0.0000001", "9223372036855",
        "9223372036854.775808", "99999999999999999999999", "NaN", "inf", "0x10", "\u{0661}", "1\0",
    ]) func whatIsNoDecimalIsNoWorth(_ text: String) {
        #expect(Worth(parsing: text) == nil)
    }

    @Test func sumsStayWithinWhatCanBeCounted() {
        #expect(Worth(.max) + Worth(1) == Worth(.max) && Worth(1) - Worth(2) == .zero)
        #expect(Worth(-5) == .zero && Worth(Int64.min) == .zero && Worth(2).units == 2)
    }
}
