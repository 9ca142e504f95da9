import Chaos
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
    var ahead: TimeAmount?
    var factor: Double?
    var period: TimeAmount?
    var keepsID = false

    init(kind: String, _ options: WireFaultOptions) {
        self.kind = kind
        targets = options.targets.flatMap { $0.split(separator: ",").map(String.init) }
        isOneWay = options.oneWay
        lease = options.lease.amount
    }

    func inject(_ mesh: MeshOptions, _ console: Console) throws {
        let api = try APIClient(mesh.running())
        var body = body
        body.targets = try ChosenTargets.words(targets, api, console)
        let answer: FaultsReport
        do {
            answer = try api.post("/v1/faults/add", body)
        } catch let failure as CommandFailure where failure.status == .usage && failure.next == nil {
            var failure = failure
            failure.next = next
            throw failure
        }
        console.show(FaultsView.added(answer))
        FaultsView.warn(answer, console)
        let cuts = kind == "partition" || kind == "blackhole"
        console.next(cuts ? "cellmesh members --diff" : "cellmesh fault ls")
    }

    /// After a refusal: the same with the figures that its kind needs and that were not given, or what all take.
    var next: String {
        let figure: String? =
            switch FaultKind(rawValue: kind) {
            case .latency where delay == nil && jitter == nil: "--delay 30ms"
            case .loss where rate == nil, .duplicate where rate == nil: "--rate 5%"
            case .bandwidth where bandwidth == nil: "--bandwidth 1MiB/s"
            case .skew where ahead == nil: "--ahead 1h"
            default: nil
            }
        guard let figure, !targets.isEmpty else { return "cellmesh fault add --help" }
        let words = targets.map { ShellWord.quoted($0) }.joined(separator: " ")
        return "cellmesh fault add \(kind) \(words) \(figure)"
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
        body.amount = ahead?.milliseconds
        body.factor = factor
        body.period = period?.milliseconds
        body.keepsID = keepsID ? true : nil
        body.lease = lease.millisecondsRoundedUp
        return body
    }
}
