import MeshBase
import Nodes
import Testing

@testable import UVDriver

@Suite("Burner")
struct BurnerTests {
    private func order(_ ticket: UInt64, _ amount: TimeAmount) -> ProcessorQueue.Order {
        ProcessorQueue.Order(ticket: ticket, amount: amount)
    }

    @Test("The database does not wait behind services that use the processor")
    func roomForOthers() throws {
        let loop = try EventLoop()
        let burner = Burner(loop: loop)
        var burned: [UInt64] = []
        burner.onBurned = { burned.append($0) }
        for ticket: UInt64 in 0..<60 { burner.burn(order(ticket, .milliseconds(5))) }
        var burnedBefore: Int?
        WorkPool(loop: loop).submit({}) { _ in burnedBefore = burned.count }
        try loop.turn { burned.count == 60 && burnedBefore != nil }
        #expect(burned.sorted() == Array(0..<60))
        #expect(burnedBefore! < 40)
        loop.close()
    }

    @Test("What finds no place is refused, never answered as done")
    func bounded() throws {
        let loop = try EventLoop()
        let burner = Burner(loop: loop)
        var burned = Set<UInt64>()
        var refused: [UInt64] = []
        burner.onBurned = { burned.insert($0) }
        burner.onRefused = { refused.append($0) }
        let most = UInt64(ProcessorQueue.threads + ProcessorQueue.limit)
        for ticket in 0..<most + 5 { burner.burn(order(ticket, .zero)) }
        #expect(burner.hasRefused && refused.isEmpty, "a sink does not call back")
        burner.reportRefused()
        #expect(refused == Array(most..<most + 5))
        try loop.turn { burned.count == Int(most) }
        #expect(burned == Set(0..<most))
        #expect(burner.refusals == 5)
        loop.close()
    }
}
