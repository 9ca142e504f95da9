import MeshBase
import Resilience
import Wire

/// How well each service of a cell is, as one number (B10): by the last hundred of its calls, those of clients and those of
/// other services, and by what is left of the pool and the process. A breaker that has opened asks for it (C10).
extension ServiceGraph {
    /// A call by somebody outside has ended. What the service depends on, and what its client did, is none of its business.
    mutating func score(_ invocation: Invocation, _ outcome: ServiceOutcome) {
        guard !invocation.isProbe else { return }
        switch outcome {
        case .ok: scores[invocation.service].record(true)
        case .failed, .noProgram, .programLost: scores[invocation.service].record(false)
        case .faulted(let status), .answered(let status):
            switch status {
            case ..<500: scores[invocation.service].record(true)
            case 502, 504: break
            default: scores[invocation.service].record(false)
            }
        case .timedOut: if invocation.blame == nil { scores[invocation.service].record(false) }
        // How full it is the pressure says.
        case .rejected, .shed, .dependency, .cancelled, .givenUp: break
        }
    }

    /// An attempt at a service by another one has ended, as its gate counts it: also one that nobody waits for any longer.
    @inline(__always)
    mutating func score(_ callee: Int, _ mark: Mark) {
        switch mark {
        case .success: scores[callee].record(true)
        case .failure, .slow: scores[callee].record(false)
        case .nothing: break
        }
    }

    /// 0...1; 0 for one that takes no work.
    func health(of service: Int) -> Double {
        scores[service].value(
            isReady: troubleOf(service: service) == nil, pressure: admissions[service].adaptive.pressure.worst)
    }
}

extension CellNode {
    /// What a router is told of a service that its breaker has cut off, as a pong has it: 1 to 1001, in thousandths above 1;
    /// 0 where nobody looks.
    ///
    /// - Parameter hash: of the service's name.
    func toldHealth(ofService hash: UInt64) -> UInt16 {
        guard graph.policies.probes != nil, let service = graph.catalogue.service(hash: hash) else { return 0 }
        guard selfLook.isReady, !isStarting, !isStopping else { return 1 }
        return 1 + UInt16((graph.health(of: service) * 1000).rounded())
    }
}
