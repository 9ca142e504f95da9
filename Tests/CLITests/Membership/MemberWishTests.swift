import ControlPlane
import Reports
import Testing

@testable import cellmesh

@Suite struct MemberWishTests {
    private let view = MembersReport(observer: "r1", members: [.init(name: "us-east-1", role: "cell", status: "dead")])

    @Test func aWaitNamesWhatItWaitsFor() throws {
        #expect(try #require(MemberWish(argument: "us-east-1=dead")).isMet(view))
        #expect(try #require(MemberWish(argument: "cell/us-east-1=dead")).isMet(view))
        let alive = try #require(MemberWish(argument: "us-east-1=alive"))
        #expect(!alive.isMet(view) && alive.seen(view) == "dead")
        let other = try #require(MemberWish(argument: "eu-1=dead"))
        #expect(!other.isMet(view) && other.seen(view) == "unknown")
    }

    @Test(arguments: ["us-east-1", "=dead", "us-east-1=gone", "a=b=dead", ""])
    func whatIsNoWishIsRefused(_ text: String) { #expect(MemberWish(argument: text) == nil) }

    @Test func whoWasNotHeardIsNotCountedAsAgreeing() {
        let views = (0..<6).map { MemberViews.View(observer: "n\($0)", statuses: [("a", "alive")]) }
        let plain = TableStyle(isWide: false, hasColors: false)
        let whole = MemberViews.report(views, silent: [])
        #expect(whole.table(plain) == "all 6 nodes see the same\n")
        let part = MemberViews.report(views, silent: ["n6", "n7"])
        #expect(part.table(plain) == "the 6 of 8 nodes that answered see the same\nno answer from: n6, n7\n")
        #expect(part.fields["of"].int == 8 && part.fields["observers"].int == 6)
    }
}
