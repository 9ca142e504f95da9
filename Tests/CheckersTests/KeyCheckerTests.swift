import Testing

@testable import Checkers

@Suite struct KeyCheckerTests {
    private let key = KeyChecker.Key(customer: Array("c1".utf8), key: Array("\u{0}pay\u{0}k1".utf8))

    @Test func oneCallWithOneAnswerHolds() {
        var checker = KeyChecker()
        checker.work(key, hasBegun: true)
        checker.work(key, hasBegun: false)
        checker.work(key, hasBegun: true)
        #expect(checker.verdict().standing == .vacuous)
        for _ in 0..<3 { checker.answered(key, 7) }
        #expect(checker.verdict().ok && checker.verdict().standing == .judged && checker.compared == 2)
    }

    @Test func eachViolationIsFound() {
        var checker = KeyChecker()
        checker.work(key, hasBegun: true)
        checker.work(key, hasBegun: true)
        #expect(checker.violations.contains(.doneTwice))
        checker.answered(key, 7)
        checker.answered(key, 8)
        #expect(checker.violations.contains(.answersDiffer) && !checker.violations.contains(.answeredUnbegun))
        checker.answered(KeyChecker.Key(customer: key.customer, key: [0, 1]), 9)
        #expect(checker.violations.contains(.answeredUnbegun))
        #expect(checker.verdict().detail.contains("c1, pay k1 was carried out twice"))
    }

    @Test func whatWasGivenUpIsNotJudged() {
        var checker = KeyChecker()
        checker.work(key, hasBegun: true)
        checker.giveUp { $0 == key.customer }
        checker.work(key, hasBegun: true)
        checker.answered(key, 1)
        checker.answered(key, 2)
        #expect(checker.verdict().ok && checker.compared == 0)
    }
}
