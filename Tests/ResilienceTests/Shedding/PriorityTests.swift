import MeshBase
import Testing

@Suite struct PriorityTests {
    @Test func withoutADeclarationAClientGetsWhatItAsksForAndNormalOtherwise() {
        #expect(Priority.granted(nil, declared: nil) == .normal)
        for asked in Priority.allCases { #expect(Priority.granted(asked, declared: nil) == asked) }
    }

    @Test func aDeclarationIsTheDefaultAndTheMost() {
        #expect(Priority.granted(nil, declared: .high) == .high)
        #expect(Priority.granted(nil, declared: .low) == .low)
        #expect(Priority.granted(.critical, declared: .high) == .high)
        #expect(Priority.granted(.critical, declared: .low) == .low)
        #expect(Priority.granted(.low, declared: .high) == .low)
        #expect(Priority.granted(.high, declared: .critical) == .high)
    }

    @Test func lowIsTheLast() {
        #expect(Priority.allCases.map(\.lowered) == [.high, .normal, .low, .low])
    }
}
