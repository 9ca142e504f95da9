import MeshBase
import Resilience
import Topology

/// How an answer says that it is less than all.
extension CellNode {
    /// What a caller got from one of its calls: `static`, `0.5`, `popular`.
    mutating func write(_ results: EdgeResults, _ edge: Int, _ callee: Int) {
        let detail = results.detail(of: edge)
        switch results[edge] {
        case .reduced: writeServed(callee, Served(quality: Double(detail) / 10))
        case .rung:
            var served = Served.full
            served.rung = detail
            writeServed(callee, served)
        default: answerBuffer.append(results[edge].name)
        }
    }

    /// The rung, else the quality in tenths.
    mutating func writeServed(_ service: Int, _ served: Served) {
        if served.rung > 0, let ladder = graph.services[service].ladder {
            answerBuffer.append(ladder[min(Int(served.rung), ladder.count - 1)].mode)
        } else {
            answerBuffer.append("0.")
            answerBuffer.append(decimal: UInt64(min(max(served.percent / 10, 1), 9)))
        }
    }

    /// The declared figures of a service's answer, as much of them as there is of its quality.
    mutating func writeFigures(_ service: Int, _ served: Served) {
        if served.rung > 0, let ladder = graph.services[service].ladder {
            answerBuffer.append(",\"mode\":\"")
            answerBuffer.append(ladder[min(Int(served.rung), ladder.count - 1)].mode)
            answerBuffer.append("\"")
        }
        guard served.percent < 100, let policy = graph.policies.services[service].quality else { return }
        answerBuffer.append(",\"quality\":")
        writeServed(service, Served(quality: served.quality))
        for (name, figure) in [
            ("count", policy.count(at: served.quality)), ("resolution", policy.resolution(at: served.quality)),
            ("bitrate", policy.bitrate(at: served.quality)),
        ] {
            guard let figure else { continue }
            answerBuffer.append(",\"\(name)\":")
            answerBuffer.append(decimal: UInt64(max(figure, 0)))
        }
    }
}
