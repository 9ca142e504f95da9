import Testing

@testable import Checkers

@Suite struct SiblingCheckerTests {
    private let record = RecordID(1)
    private var checker = SiblingChecker(most: 2)

    /// An acknowledged write.
    private mutating func write(_ value: UInt64, seen: [UInt64] = [], counter: UInt64 = 0) {
        checker.invoke(record, number: value, deletes: false, seen: seen)
        checker.acknowledged(record, value: value, counter: counter)
    }

    @Test mutating func whatNoWriteHasSeenIsLost() {
        write(1)
        write(2, seen: [1])
        write(3)
        #expect(!checker.isWhole(record, [3]) && checker.isWhole(record, [2, 3]))
        var whole = checker
        whole.readBack(record, [2, 3])
        #expect(whole.verdict(needsAll: true).ok && whole.totals().lost == 0 && whole.totals().acknowledged == 3)
        checker.readBack(record, [3])
        #expect(checker.violations.contains(.vanished) && checker.violations.count == 1)
        #expect(checker.totals().lost == 1 && !checker.isInconclusive)
    }

    @Test mutating func aValueThatNobodyWroteIsFound() {
        write(1)
        checker.readBack(record, [1, 9])
        #expect(checker.violations.contains(.valueFromNowhere))
    }

    /// What others wrote later may have superseded it; what they wrote before cannot.
    @Test mutating func whatOthersMayHaveSupersededIsNotJudged() {
        write(1, counter: 10)
        write(2, counter: 30)
        checker.others(record, counter: 20)
        checker.readBack(record, [])
        #expect(checker.violations.count == 1 && checker.totals().lost == 1 && checker.totals().unverified == 1)
        var other = SiblingChecker(most: 2)
        swap(&checker, &other)
        write(1, counter: 10)
        checker.others(record, counter: 20)
        checker.readBack(record, [])
        #expect(checker.isInconclusive && checker.verdict().ok && !checker.verdict(needsAll: true).ok)
        #expect(checker.totals().lost == 0 && checker.totals().unverified == 1)
    }

    @Test mutating func ofMoreThanAreKeptTheOldestMayGo() {
        for value in 1...3 as ClosedRange<UInt64> { write(value) }
        checker.readBack(record, [2, 3])
        #expect(checker.isInconclusive && checker.totals().unverified == 1)
    }

    /// A refused write is none of those at once, and supersedes nothing.
    @Test mutating func aRefusedWriteLeavesWhatWasThere() {
        write(1)
        for number in 2...9 as ClosedRange<UInt64> {
            checker.invoke(record, number: number, deletes: false, seen: [1])
            checker.refused(record, number: number, seen: [1])
        }
        write(10)
        checker.readBack(record, [1])
        #expect(checker.totals().lost == 1, "\(checker.verdict())")
        write(11)
        #expect(checker.verdict().detail.contains("1 records with too many"))
    }

    @Test mutating func whatIsNotReadBackOrBeyondTheLimitIsNotVerified() {
        checker = SiblingChecker(most: 8, limit: 2)
        write(1)
        #expect(checker.isInconclusive && checker.totals().unverified == 1)
        write(2)
        write(3)
        checker.invoke(RecordID(2), number: 4, deletes: false, seen: [])
        checker.acknowledged(RecordID(2), value: 4)
        // The third may have superseded all.
        checker.readBack(record, [3])
        #expect(checker.violations.isEmpty && checker.isInconclusive)
        #expect(checker.totals().acknowledged == 4 && checker.totals().unverified == 4)
    }

    /// That one value went with its only disk does not excuse the other.
    @Test mutating func onlyWhatALostDiskAloneHadIsExcused() {
        write(1)
        write(2)
        checker.excuse(record, [2])
        var bare = checker
        checker.readBack(record, [1])
        #expect(checker.verdict().ok && checker.verdict().detail.contains("1 gone with the only disk"))
        bare.readBack(record, [])
        #expect(bare.violations.count == 1 && bare.totals().lost == 1)
    }
}
