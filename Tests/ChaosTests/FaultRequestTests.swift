import FoundationEssentials
import MeshBase
import Testing
import Topology

@testable import Chaos

@Suite struct FaultRequestTests {
    private func refusal(_ request: FaultRequest) -> String? {
        do throws(FaultRequest.Refusal) {
            _ = try request.fault(id: "f1", topology: Mesh.topology(), now: .wall(0))
            return nil
        } catch { return error.message }
    }
    private func request(_ kind: String, _ targets: String..., change: (inout FaultRequest) -> Void = { _ in })
        -> FaultRequest
    {
        var request = FaultRequest(kind: kind, targets: targets)
        change(&request)
        return request
    }

    @Test func aWholeRequestBecomesAFault() throws {
        let wanted = request("latency", "region/east", "r1") {
            $0.delay = .milliseconds(30)
            $0.jitter = .milliseconds(3)
            $0.isOneWay = true
            $0.lease = .seconds(5)
        }
        let fault = try wanted.fault(id: "f7", topology: Mesh.topology(), now: .wall(1_000))
        #expect(fault.targets == [.region("east"), .router("r1")])
        #expect(fault.isOneWay && fault.id == "f7")
        #expect(fault.action.figures.delay == Delay(base: .milliseconds(30), jitter: .milliseconds(3)))
        #expect(fault.created == 1_000 && fault.expires == 5_000_001_000)
    }

    @Test(arguments: [
        "", "/", "east", "cell/", "zone/east", "zone/east/c", "region/us", "cell/r1", "router/e1", "a/b/c/d",
    ])
    func wordsThatNameNothingAreRefused(word: String) { #expect(refusal(request("blackhole", word)) != nil) }

    @Test func whatIsMissingOrStrangeIsNamed() {
        #expect(refusal(request("loss", "e1"))?.contains("--rate") == true)
        #expect(refusal(request("loss", "e1") { $0.rate = 1.5 })?.contains("100%") == true)
        #expect(refusal(request("loss", "e1") { $0.rate = 0 }) != nil)
        #expect(refusal(request("latency", "e1"))?.contains("--delay") == true)
        #expect(refusal(request("latency", "e1") { $0.delay = .hours(2) }) != nil)
        #expect(refusal(request("bandwidth", "e1"))?.contains("--bandwidth") == true)
        #expect(refusal(request("blackhole", "e1") { $0.delay = .seconds(1) })?.contains("--delay") == true)
        #expect(refusal(request("partition", "e1"))?.contains("at least two") == true)
        #expect(
            refusal(request("latency", "e9") { $0.delay = .seconds(1) })?.contains("there is no cell or router 'e9'")
                == true)
        #expect(refusal(request("blackhole", "east"))?.contains("region/east") == true)
        #expect(refusal(request("blackhole", "e1", "e1"))?.contains("no link") == true)
        #expect(refusal(request("partition", "e1", "w1", "w1"))?.contains("twice") == true)
        #expect(refusal(request("blackhole", "e1") { $0.lease = .zero }) != nil)
        #expect(refusal(request("blackhole", "e1") { $0.lease = .hours(1_000) }) != nil)
        #expect(refusal(request("blackhole", "e1", "region/east")) == nil)
        #expect(refusal(request("reset", "e1")) == nil)
    }

    @Test(arguments: ["zombie", "slow", "flap", "lie", "amnesia"])
    func cellsAloneBecomeAnimals(kind: String) {
        #expect(refusal(request(kind, "e1")) == nil && refusal(request(kind, "region/east")) == nil)
        #expect(refusal(request(kind, "r1"))?.contains("lies on cells") == true)
        #expect(refusal(request(kind, "e1") { $0.isOneWay = true })?.contains("--one-way") == true)
        #expect(refusal(request(kind, "e1") { $0.status = 503 })?.contains("--status") == true)
    }

    @Test func figuresOfAnimalsHaveTheirRanges() throws {
        #expect(refusal(request("slow", "e1") { $0.factor = 1 })?.contains("more than 1") == true)
        #expect(refusal(request("zombie", "e1") { $0.factor = 2 })?.contains("--factor") == true)
        #expect(refusal(request("lie", "e1") { $0.rate = 1.5 })?.contains("100%") == true)
        #expect(refusal(request("flap", "e1") { $0.amount = .milliseconds(1) })?.contains("--period") == true)
        #expect(refusal(request("flap", "e1") { $0.keepsID = true })?.contains("--keep-id") == true)
        let plain = try request("slow", "e1").fault(id: "f1", topology: Mesh.topology(), now: .wall(0))
        #expect(plain.action == .cell(.slow(100)))
        #expect(FaultKind(rawValue: "poison") == nil)
    }

    @Test(arguments: [
        "zombie cell/e1", "slow cell/e1 100x", "slow cell/e1,cell/w1 2.5x", "flap cell/e1 2s", "lie cell/e1",
        "lie cell/e1 30%", "amnesia cell/e1", "amnesia cell/e1 keep-id", "fill-memory cell/e1", "fill-memory mesh 90%",
    ]) func whatIsWrittenOfAnimalsReadsBack(text: String) throws {
        let spec = try FaultRequest(text: text).spec()
        #expect(spec.text == text)
        let fault = Fault(id: "f1", spec)
        #expect(try JSONDecoder().decode(Fault.self, from: JSONEncoder().encode(fault)) == fault)
    }

    @Test func whatTheSimulatorAloneHasIsToldWithItsCommand() {
        let told = refusal(request("drift", "e1") { $0.millionths = 200 })
        #expect(told?.contains("simulated alone: cellmesh sim run --fault 'drift cell/e1 200ppm @1s'") == true)
        #expect(refusal(request("drift", "e1"))?.contains("simulated alone") == true)
    }

    @Test func disksAndClocksOfRealProcessesAreStruck() {
        #expect(refusal(request("fill-disk", "e1")) == nil)
        #expect(refusal(request("fill-disk", "r1"))?.contains("has none: name cells") == true)
        #expect(refusal(request("skew", "e1", "r1") { $0.amount = .hours(1) }) == nil)
        #expect(refusal(request("skew", "e1"))?.contains("such as 1h") == true)
        #expect(refusal(request("skew", "control") { $0.amount = .hours(1) })?.contains("everybody's measure") == true)
        #expect(refusal(request("skew", "service/payment") { $0.amount = .hours(1) })?.contains("on clocks") == true)
    }

    @Test func memoryIsHeldWhereSomebodyCountsIt() throws {
        #expect(refusal(request("fill-memory", "e1"))?.contains("has a budget of memory") == true)
        var topology = Mesh.topology()
        for blueprint in topology.blueprints.indices { topology.blueprints[blueprint].memory = 8 << 20 }
        let spec = try request("fill-memory", "e1").spec(in: topology)
        #expect(spec.action == .cell(.fillMemory(0.95)) && ServiceStrike(spec, topology).cells.count == 1)
        for share in [0, 1, 1.2] {
            #expect(throws: FaultRequest.Refusal.self) {
                try request("fill-memory", "e1") { $0.rate = share }.spec(in: topology)
            }
        }
        #expect(throws: FaultRequest.Refusal.self) { try request("fill-memory", "r1").spec(in: topology) }
        #expect(CellMemory.ballast(0.95, of: 8 << 20) == 7_969_177 && CellMemory.ballast(2, of: 10) == 10)
    }

    @Test func anUnknownKindIsNamed() {
        #expect(refusal(request("latncy", "e1"))?.contains("no kind") == true)
    }
}
