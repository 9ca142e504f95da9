import Testing

@testable import MeshBase

@Suite struct SyntaxTests {
    @Test(
        arguments: [
            ("250ms", 250_000_000), ("5s", 5_000_000_000), ("2m", 120_000_000_000), ("1h", 3_600_000_000_000),
            ("7us", 7_000), ("3ns", 3), ("0ms", 0), ("1.5s", 1_500_000_000), ("0.25ms", 250_000),
            ("1.50s", 1_500_000_000),
            ("0.5h", 1_800_000_000_000), ("1.000000001s", 1_000_000_001), ("9223372036854775807ns", Int64.max),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) {
        #expect(Syntax.duration(text) == .nanoseconds(nanoseconds))
    }

    @Test(arguments: [
        "", "5", "ms", "5 s", "-5s", "+5s", "5S", "5sec", "1.s", ".5s", "1.5.5s", "0.5ns", "1e3s", "5s ", "５s", "1,5s",
        "9223372036854775808ns", "999999999999h", "1.0000000000s", "0.1234567891s",
    ])
    func notDurations(text: String) { #expect(Syntax.duration(text) == nil) }

    @Test func writtenDurationsAreReadBack() {
        var generator = Generator(seed: 9)
        for _ in 0..<2000 {
            let unit = Syntax.durationUnits[Int(generator.below(6))]
            let amount = TimeAmount.nanoseconds(Int64(generator.below(1000)) * unit.nanoseconds)
            #expect(Syntax.duration(Syntax.written(amount)) == amount, "seed 9")
        }
        #expect(Syntax.written(.milliseconds(90_000)) == "90s")
        #expect(Syntax.written(.minutes(90)) == "90m")
        #expect(Syntax.written(.zero) == "0ms")
    }

    @Test func sizes() {
        #expect(Syntax.size("64KiB") == 65_536)
        #expect(Syntax.size("1MiB") == 1 << 20)
        #expect(Syntax.size("12B") == 12)
        for text in ["64", "64KB", "1.5KiB", "-1B", "99999999999GiB", "KiB", ""] { #expect(Syntax.size(text) == nil) }
        for bytes in [0, 1, 1023, 1024, 1 << 20, (1 << 20) + 1] {
            #expect(Syntax.size(Syntax.written(bytes: bytes)) == bytes)
        }
    }

    @Test func shares() throws {
        let names = ["reads", "writes", "services"]
        #expect(try Syntax.shares("reads=60%, writes=0.4", names: names, of: "the mix") == [0.6, 0.4, 0])
        #expect(try Syntax.shares([(name: "services", share: 1)], names: names, of: "the mix") == [0, 0, 1])
        for text in ["", "reads", "reads=1,reads=0", "reads=50%", "reads=2", "reads=1,other=0", "reads==1"] {
            #expect(throws: Syntax.BadShares.self, "\(text)") { try Syntax.shares(text, names: names, of: "the mix") }
        }
        let error = #expect(throws: Syntax.BadShares.self) {
            try Syntax.shares("reads=60%,writes=50%", names: names, of: "the mix")
        }
        #expect(error?.description == "the shares of the mix add up to 110%, not to 100%")
    }

    @Test func ratios() {
        #expect(Syntax.ratio("5%") == 0.05)
        #expect(Syntax.ratio("0.5") == 0.5)
        #expect(Syntax.ratio("100%") == 1)
        #expect(Syntax.ratio("1e-05") == 0.00001)
        #expect(Syntax.ratio("0.1%") == 0.001)
        for text in ["", "%", "-1", "5 %", "nan", "inf", "0x1", "1e", "1e9999", ".5", "5.", "five"] {
            #expect(Syntax.ratio(text) == nil, "\(text)")
        }
    }

    @Test func integers() {
        #expect(Syntax.integer("-12") == -12)
        #expect(Syntax.integer("0") == 0)
        for text in ["", "-", "007", "1_000", "+1", "1.0", "0x10", "99999999999999999999", "１"] {
            #expect(Syntax.integer(text) == nil, "\(text)")
        }
        #expect(Syntax.unsigned("18446744073709551615") == .max)
        #expect(Syntax.unsigned("18446744073709551616") == nil)
    }
}
