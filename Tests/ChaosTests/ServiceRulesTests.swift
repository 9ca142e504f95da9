import MeshBase
import Testing
import Topology

@testable import Chaos

@Suite("Faults on services: requests, targets and how they compose")
struct ServiceRulesTests {
    private func fault(_ kind: String, _ targets: String..., change: (inout FaultRequest) -> Void = { _ in })
        throws(FaultRequest.Refusal) -> Fault
    {
        var request = FaultRequest(kind: kind, targets: targets)
        change(&request)
        return try request.fault(id: "f1", topology: Mesh.topology(), now: .wall(0))
    }
    private func refusal(_ kind: String, _ targets: String..., change: (inout FaultRequest) -> Void = { _ in })
        -> FaultRequest.Refusal?
    {
        var request = FaultRequest(kind: kind, targets: targets)
        change(&request)
        do throws(FaultRequest.Refusal) {
            _ = try request.fault(id: "f1", topology: Mesh.topology(), now: .wall(0))
            return nil
        } catch { return error }
    }
    private func rules(_ cell: String, _ faults: Fault...) -> ServiceRules {
        ServiceRules(cell: cell, services: ["payment", "shipping"], faults: faults)
    }

    @Test(arguments: [
        "service/", "service/paymnt", "service/payment@", "service/payment@r1", "cell/r1/service/payment", "service",
        "cell/e1/service/", "cell/e1/services/payment", "region/east/service/payment",
    ]) func wordsThatNameNoServiceAreRefused(word: String) { #expect(refusal("hang", word) != nil) }

    @Test func whatIsUnknownIsLookedForAmongServices() {
        #expect(refusal("hang", "service/paymnt")?.message.contains("did you mean 'service/payment'?") == true)
        #expect(
            refusal("hang", "cell/e1/service/x")?.message.contains(
                "services are: cell/e1/service/payment, cell/e1/service/shipping") == true)
        #expect(refusal("hang", "service/payment@e9")?.message.contains("cells are: cell/e1") == true)
    }

    @Test func whatHasNoMeaningIsNamed() {
        #expect(refusal("loss", "service/payment") { $0.rate = 0.5 }?.message.contains("on the wire") == true)
        #expect(refusal("hang", "e1")?.message.contains("service/NAME") == true)
        #expect(refusal("errors", "region/east") { $0.rate = 0.5 }?.message.contains("service/NAME") == true)
        #expect(refusal("latency", "e1", "service/payment") { $0.delay = .seconds(1) } != nil)
        #expect(refusal("latency", "service/payment", "e1") { $0.delay = .seconds(1) } != nil)
        #expect(refusal("hang", "service/payment", "service/payment")?.message.contains("twice") == true)
        #expect(refusal("hang", "service/payment") { $0.isOneWay = true }?.message.contains("--one-way") == true)
        #expect(refusal("hang", "service/payment") { $0.rate = 0.5 }?.message.contains("--rate") == true)
        #expect(refusal("hang", "service/payment") { $0.status = 503 }?.message.contains("--status") == true)
        #expect(refusal("latency", "service/payment")?.message.contains("--delay") == true)
        for status in [0, 200, 399, 600, 65_999, -1] {
            #expect(refusal("errors", "service/payment") { $0.status = status }?.message.contains("--status") == true)
        }
        #expect(refusal("errors", "service/payment") { $0.rate = 1.5 } != nil)
    }

    @Test func aFaultLiesOnAllCellsOrOnOne() throws {
        let everywhere = try fault("hang", "service/payment")
        let one = try fault("errors", "service/shipping@e1") { $0.rate = 0.5 }
        #expect(one.action.figures.status == 500 && one.isOnServices)
        let struck = rules("e1", everywhere, one)
        #expect(struck.ids == ["f1", "f1"])
        #expect(struck.effects[0].hangs && struck.effects[0].failures.isEmpty)
        #expect(struck.effects[1].failures == [.init(share: 0.5, status: 500)] && !struck.effects[1].hangs)
        #expect(rules("e2", everywhere, one).ids == ["f1"])
        let elsewhere = rules("e2", one)
        #expect(elsewhere.ids.isEmpty && elsewhere.effects == [.none, .none])
        // Nothing of it is on the wire.
        #expect(Mesh.rules("e1", [everywhere, one]).isEmpty && Mesh.rules("e1", [everywhere, one]).ids.isEmpty)
        // And nothing of the wire is on services.
        #expect(rules("e1", Mesh.fault(.latency, "cell/e1", delay: Delay(base: .seconds(1)))).effects[0].isNone)
    }

    @Test func severalOnOneServiceCompose() throws {
        let first = try fault("latency", "service/payment") { $0.delay = .milliseconds(30) }
        let second = try fault("latency", "service/payment", "service/shipping") { $0.delay = .milliseconds(12) }
        let gone = try fault("errors", "service/payment") {
            $0.rate = 0.5
            $0.status = 410
        }
        let always = try fault("errors", "service/payment") { $0.status = 503 }
        let effect = rules("e1", first, second, gone, always).effects[0]
        var rng = Generator(seed: 7)
        #expect(effect.delay(&rng) == .milliseconds(42))
        let answers = (0..<1_000).map { _ in effect.failure(&rng) }
        #expect(answers.allSatisfy { $0 == 410 || $0 == 503 })
        #expect((450...550).contains(answers.count { $0 == 410 }), "\(answers.count { $0 == 410 })")
    }

    @Test func aShareIsStruck() throws {
        let errors = try fault("errors", "service/payment") { $0.rate = 0.2 }
        let late = try fault("latency", "service/payment") {
            $0.delay = .seconds(1)
            $0.rate = 0.2
        }
        let effect = rules("e1", errors, late).effects[0]
        var rng = Generator(seed: 3)
        #expect((160...240).contains((0..<1_000).count { _ in effect.failure(&rng) != nil }))
        #expect((160...240).contains((0..<1_000).count { _ in effect.delay(&rng) > .zero }))
    }
}
