import Testing

@testable import cellmesh

@Suite struct WordingTests {
    @Test func countsAreGrouped() {
        #expect(
            [0, 12, 999, 1_000, 12_345, 1_234_567, -1_000].map { Wording.count($0) }
                == ["0", "12", "999", "1 000", "12 345", "1 234 567", "-1 000"])
    }

    @Test func sharesHaveMoreDigitsWhereTheyAreSmall() {
        #expect(
            [0, 1, 0.4091, 0.0357, 0.00059, 0.00000630].map { Wording.percent($0) }
                == ["0.0 %", "100.0 %", "40.9 %", "3.57 %", "0.059 %", "0.000630 %"])
        #expect(Wording.percent(1, of: 0) == "-")
        // Only all is 100 %.
        #expect(
            [0.999, 0.9995, 0.9999, 0.99999, 1.2].map { Wording.percent($0) }
                == ["99.9 %", "99.95 %", "99.99 %", "99.999 %", "120.0 %"])
        let loads = [0, 0.00000001, 0.00001017, 0.0006].map { Wording.load($0) }
        #expect(loads == ["0.0 %", "< 0.01 %", "< 0.01 %", "0.060 %"])
    }

    @Test func numbersAreRounded() {
        #expect(Wording.fixed(0.125, 2) == "0.13")
        #expect(Wording.fixed(-0.001, 2) == "0.00")
        #expect(Wording.fixed(-12.5, 1) == "-12.5")
        #expect(Wording.fixed(7, 0) == "7")
        #expect(Wording.fixed(.infinity, 1) == "inf")
    }

    @Test func timesHaveFittingUnits() {
        #expect(
            [0.5, 42, 999.4, 1_500, 61_000, 3_660_000].map { Wording.time(milliseconds: $0) }
                == ["0.50 ms", "42 ms", "999 ms", "1.5 s", "1 min 1 s", "1 h 1 min"])
    }

    @Test func sizesHaveFittingUnits() {
        #expect(
            [12, 1_024, 1_536, 24_576, 5 << 20].map { Wording.bytes($0) }
                == ["12 B", "1.0 KiB", "1.5 KiB", "24 KiB", "5.0 MiB"])
    }
}
