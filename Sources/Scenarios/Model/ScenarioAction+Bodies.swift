import Chaos
import MeshBase
import Reports

extension FaultAddition {
    /// Of a request, without its lease.
    package init(_ request: FaultRequest) {
        self.init(kind: request.kind, targets: request.targets)
        isOneWay = request.isOneWay ? true : nil
        delay = request.delay?.milliseconds
        jitter = request.jitter?.milliseconds
        distribution = request.distribution
        rate = request.rate
        bandwidth = request.bandwidth
        status = request.status
        factor = request.factor
        if request.kind == "flap" {
            period = request.amount?.milliseconds
        } else {
            amount = request.amount?.milliseconds
        }
        keepsID = request.keepsID ? true : nil
    }
}

extension PredictionRequest {
    /// Nil for what is not predicted.
    ///
    /// - Parameter shard: the names of a customer's cells, by its number.
    package init?(_ action: ScenarioAction, shard: (Int) -> [String]) {
        switch action.deed {
        case .fault(let request):
            switch FaultKind(rawValue: request.kind) {
            case .kill?, .pause?: self.init(action: request.kind, targets: request.targets)
            // What the simulator alone does is foretold by what customers feel of it.
            case .leave?, .destroy?, .loseDisk?: self.init(action: FaultKind.kill.rawValue, targets: request.targets)
            case .clog?:
                var cut = request
                cut.kind = (cut.targets.count > 1 ? FaultKind.partition : .blackhole).rawValue
                self.init(FaultAddition(cut))
            case .reorder?, .late?, .loseRows?, .drift?: return nil
            default: self.init(FaultAddition(request))
            }
        case .evacuate(let region): self.init(action: Action.evacuate.rawValue, targets: [region])
        case .poison(let number):
            self.init(action: FaultKind.kill.rawValue, targets: shard(number).map { "cell/\($0)" })
        case .restore, .attempt, .load, .controlLoss, .call: return nil
        }
    }
}
