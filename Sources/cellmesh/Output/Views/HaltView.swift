import Reports

/// `halt`: what it has ended, or that it is released.
enum HaltView {
    static func make(_ answer: HaltReport) -> Report {
        Report(answer, names: answer.ended.map { "fault/\($0.id)" } + answer.resumed) { _ in
            guard let halt = answer.halt else {
                return answer.already ? "there was no halt: faults are let in\n" : "released: faults are let in again\n"
            }
            var text = answer.already ? "halted already, since \(halt.since)" : "halted"
            if let reason = halt.reason { text += " (\(reason))" }
            text += ": no faults are let in\n"
            text += list("stopped", answer.stopped)
            text += list("ended", answer.ended.map { "\($0.id) (\($0.kind))" })
            text += list("resumed", answer.resumed)
            text += list("stay down", answer.down)
            return text
        }
    }

    private static func list(_ what: String, _ names: [String]) -> String {
        names.isEmpty ? "" : "\(what): \(names.joined(separator: ", "))\n"
    }
}
