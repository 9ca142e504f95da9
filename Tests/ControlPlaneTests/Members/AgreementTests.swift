import Reports
import Testing

@testable import ControlPlane

@Suite("Agreement of views")
struct AgreementTests {
    private func view(_ members: [(String, String)]) -> MembersReport {
        MembersReport(
            observer: "x", members: members.map { MembersReport.Row(name: $0.0, role: "cell", status: $0.1) })
    }

    @Test("The same names and statuses agree, in any order and at any incarnation")
    func same() {
        var a = view([("a", "alive"), ("b", "suspect")])
        a.members[0].incarnation = 9
        #expect(Agreement.agree(a, view([("b", "suspect"), ("a", "alive")])))
    }

    @Test("Another status of a live member, or a missing one, does not")
    func differ() {
        let a = view([("a", "alive"), ("b", "alive")])
        #expect(!Agreement.agree(a, view([("a", "alive"), ("b", "suspect")])))
        #expect(!Agreement.agree(a, view([("a", "alive")])))
        #expect(!Agreement.agree(a, view([("a", "alive"), ("b", "dead")])))
        #expect(!Agreement.agree(view([("a", "alive")]), a))
    }

    @Test("Who never heard of a dead member agrees with who did; dead and left differ")
    func gone() {
        let a = view([("a", "alive"), ("b", "dead")])
        #expect(Agreement.agree(a, view([("a", "alive")])))
        #expect(Agreement.agree(view([("a", "alive")]), a))
        #expect(!Agreement.agree(a, view([("a", "alive"), ("b", "left")])))
        #expect(Agreement.count(a, among: [a, view([("a", "alive")]), view([])]) == 2)
    }
}
