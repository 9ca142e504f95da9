import MeshBase
import Testing

@testable import Telemetry

@Suite struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
        (951_868_799_123_456_789, "2000-02-29T23:59:59.123456789Z"),
        (1_709_164_800_000_000_000, "2024-02-29T00:00:00.000000000Z"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
        (-2_203_891_200_000_000_000, "1900-03-01T00:00:00.000000000Z"),
        (Int64.max, "2262-04-11T23:47:16.854775807Z"),
        (Int64.min, "1677-09-21T00:12:43.145224192Z"),
    ])
    func formats(nanoseconds: Int64, text: String) {
        #expect(Timestamp.string(nanoseconds, .nanoseconds) == text)
        if nanoseconds != .min, nanoseconds != .max { #expect(Timestamp.parse(text) == nanoseconds) }
    }

    @Test func finerDigitsAreCutOff() {
        #expect(Timestamp.string(1_999_999_999, .seconds) == "1970-01-01T00:00:01Z")
        #expect(Timestamp.string(1_999_999_999) == "1970-01-01T00:00:01.999Z")
    }

    @Test func parsesOffsetsAndFractions() {
        #expect(Timestamp.parse("1970-01-01T01:00:00+01:00") == 0)
        #expect(Timestamp.parse("1969-12-31t18:30:00.5-05:30") == 500_000_000)
        #expect(Timestamp.parse("1970-01-01 00:00:00.000000007z") == 7)
        #expect(Timestamp.parse("2016-12-31T23:59:60Z") == Timestamp.parse("2017-01-01T00:00:00Z"))
    }

    @Test(arguments: [
        "", "2024", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z",
        "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00ZZ", "2024-01-0aT00:00:00Z", "9999-01-01T00:00:00Z",
        "+024-01-01T00:00:00Z", "２０24-01-01T00:00:00Z", "2024-01-01T00:00:00é",
    ])
    func refusesWhatIsMalformed(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test func everyTimeComesBack() {
        let seed: UInt64 = 3
        var rng = Generator(seed: seed)
        let (low, high) = (Int64(-9_214_560_000_000_000_000), Int64(9_214_646_400_000_000_000))
        for _ in 0..<5_000 {
            let time = Int64.random(in: low..<high, using: &rng)
            #expect(Timestamp.parse(Timestamp.string(time, .nanoseconds)) == time, "seed \(seed)")
        }
    }

    @Test func theClockRuns() {
        #expect(Timestamp.string(WallClock.now()) > "2024")
    }
}
