import MeshBase
import Testing

@testable import UVDriver

@Suite("Burner")
struct BurnerTests {
    @Test("The database does not wait behind services that use the processor")
    func roomForOthers() throws {
        let loop = try EventLoop()
        let burner = Burner(loop: loop)
        var burned: [UInt64] = []
        burner.onBurned = { burned.append($0) }
        for ticket: UInt64 in 0..<60 { burner.burn(ticket, .milliseconds(5)) }
        var burnedBefore: Int?
        WorkPool(loop: loop).submit({}) { _ in burnedBefore = burned.count }
        try loop.turn { burned.count == 60 && burnedBefore != nil }
        #expect(burned.sorted() == Array(0..<60))
        #expect(burnedBefore! < 40)
        loop.close()
    }

    @Test("What finds no place is answered all the same")
    func bounded() throws {
        let loop = try EventLoop()
        let burner = Burner(loop: loop)
        var burned = Set<UInt64>()
        burner.onBurned = { burned.insert($0) }
        let most = UInt64(Burner.threads + Burner.queueLimit)
        for ticket in 0..<most + 5 { burner.burn(ticket, .zero) }
        #expect(burner.refusals == 5 && burned.isEmpty)
        burner.reportRefused()
        #expect(burned == Set(most..<most + 5))
        try loop.turn { burned.count == Int(most) + 5 }
        loop.close()
    }
}
