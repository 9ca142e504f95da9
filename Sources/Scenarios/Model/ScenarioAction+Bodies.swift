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
            if let kind = FaultKind(rawValue: request.kind), kind == .kill || kind == .pause {
                self.init(action: kind.rawValue, targets: request.targets)
                return
            }
            self.init(FaultAddition(request))
        case .evacuate(let region): self.init(action: Action.evacuate.rawValue, targets: [region])
        case .poison(let number):
            self.init(action: FaultKind.kill.rawValue, targets: shard(number).map { "cell/\($0)" })
        case .restore, .attempt, .load, .controlLoss, .call: return nil
        }
    }
}
