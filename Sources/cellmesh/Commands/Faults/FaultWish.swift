import MeshBase
import Reports

/// What `fault add` and `partition` ask of the control plane.
struct FaultWish {
    var kind: String
    var targets: [String]
    var isOneWay: Bool
    var lease: TimeAmount
    var delay: TimeAmount?
    var jitter: TimeAmount?
    var distribution: String?
    var rate: Double?
    var bandwidth: Int?
    var status: Int?

    init(kind: String, _ options: WireFaultOptions) {
        self.kind = kind
        targets = options.targets.flatMap { $0.split(separator: ",").map(String.init) }
        isOneWay = options.oneWay
        lease = options.lease.amount
    }

    func inject(_ mesh: MeshOptions, _ console: Console) throws {
        let api = try APIClient(mesh.running())
        let answer = try api.post("/v1/faults/add", body, as: FaultsReport.self)
        console.show(FaultsView.added(answer))
        FaultsView.warn(answer, console)
        let cuts = kind == "partition" || kind == "blackhole"
        console.next(cuts ? "cellmesh members --diff" : "cellmesh fault ls")
    }

    private var body: FaultAddition {
        var body = FaultAddition(kind: kind, targets: targets)
        body.isOneWay = isOneWay
        body.delay = delay?.milliseconds
        body.jitter = jitter?.milliseconds
        body.distribution = distribution
        body.rate = rate
        body.bandwidth = bandwidth
        body.status = status
        body.lease = lease.millisecondsRoundedUp
        return body
    }
}
