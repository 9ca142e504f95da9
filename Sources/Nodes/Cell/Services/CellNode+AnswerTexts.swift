import MeshBase
import Resilience

/// What an answer says of the call: which fallbacks stood in, who said no, and what its calls brought.
extension CellNode {
    /// `shipping=static, inventory=empty`: the fallbacks that were used; of a failure also who said no, see `ReplyNote`.
    mutating func writeNote(_ end: ServiceGraph.End, now: Instant) -> Int {
        let results = end.results
        if end.served != .full, end.outcome == .ok {
            answerBuffer.append(graph.services[end.service].name)
            answerBuffer.append(byte: UInt8(ascii: "="))
            writeServed(end.service, end.served)
        }
        for (index, edge) in graph.services[end.service].calls.enumerated() where results[index].isDegraded {
            if !answerBuffer.isEmpty { answerBuffer.append(", ") }
            answerBuffer.append(graph.services[edge.to].name)
            answerBuffer.append(byte: UInt8(ascii: "="))
            write(results, index, edge.to)
        }
        if let blame = end.blame, end.outcome.status >= 500 {
            let gate = graph.routes.gates[blame.gate]
            ReplyNote.append(
                blame.policy, name, graph.services[gate.caller].name, graph.services[gate.callee].name,
                cause: blame.policy == .breaker ? graph.causeOfInfluence(on: blame.gate, now: now) : nil,
                into: &answerBuffer)
        } else if end.outcome.status >= 500, end.outcome.policy(nil) != .service {
            ReplyNote.append(end.outcome.policy(nil), into: &answerBuffer)
        }
        return answerBuffer.count
    }

    mutating func writeBody(
        _ service: Int, _ outcome: ServiceOutcome, _ results: EdgeResults, _ served: Served
    ) {
        answerBuffer.append("{\"service\":\"")
        answerBuffer.append(graph.services[service].name)
        answerBuffer.append("\",\"cell\":\"")
        answerBuffer.append(name)
        answerBuffer.append("\",\"outcome\":\"")
        switch outcome {
        case .ok: answerBuffer.append("ok")
        case .failed, .faulted: answerBuffer.append("failed")
        case .rejected: answerBuffer.append("rejected")
        case .shed: answerBuffer.append("shed")
        case .timedOut: answerBuffer.append("timed-out")
        case .dependency: answerBuffer.append("dependency-failed")
        case .cancelled: answerBuffer.append("cancelled")
        case .answered(let status):
            answerBuffer.append("program-answered-")
            answerBuffer.append(decimal: UInt64(status))
        case .noProgram: answerBuffer.append("program-not-ready")
        case .givenUp: answerBuffer.append("given-up")
        case .programLost: answerBuffer.append("program-lost")
        }
        answerBuffer.append("\"")
        if outcome == .ok, graph.qualities.isActive { writeFigures(service, served) }
        let calls = graph.services[service].calls
        if !calls.isEmpty {
            answerBuffer.append(",\"calls\":{")
            for (index, edge) in calls.enumerated() {
                if index > 0 { answerBuffer.append(",") }
                answerBuffer.append("\"")
                answerBuffer.append(graph.services[edge.to].name)
                answerBuffer.append("\":\"")
                write(results, index, edge.to)
                answerBuffer.append("\"")
            }
            answerBuffer.append("}")
        }
        answerBuffer.append("}\n")
    }
}
