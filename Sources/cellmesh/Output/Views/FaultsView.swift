import Chaos
import Reports
import Telemetry
import Topology

/// Faults on the wire, on services and on processes.
enum FaultsView {
    static func added(_ answer: FaultsReport) -> Report {
        let faults = Array(answer.faults.prefix(1))
        let document = AddedFaultReport(fault: faults.first, applied: answer.applied, of: answer.of)
        return Report(document, names: names(faults)) { style in
            table(faults, style)
                + "\(faults.first?.id ?? "it") heals \(faults.first.map { $0.remaining == nil ? "" : "by itself " } ?? "")"
                + "\(faults.first.map(ends) ?? "-")\n"
        }
    }

    static func list(_ answer: FaultsReport) -> Report {
        let faults = answer.faults
        return Report(FaultsReport(faults: faults), names: names(faults)) { style in
            faults.isEmpty ? "no faults\n" : table(faults, style)
        }
    }

    static func removed(_ answer: FaultsReport) -> Report {
        let faults = answer.faults
        return Report(answer, names: names(faults)) { _ in
            faults.isEmpty
                ? "no faults\n"
                : "healed: \(faults.map { "\($0.id) (\($0.what))" }.joined(separator: ", "))\n"
        }
    }

    /// Says so where a process could not be reached.
    static func warn(_ answer: FaultsReport, _ console: Console) {
        guard let applied = answer.applied, let of = answer.of, applied < of else { return }
        console.message("\(applied) of \(of) processes have answered; the others follow within a second of running")
    }

    private static func names(_ faults: [FaultReport]) -> [String] { faults.map { "fault/\($0.id)" } }

    static func table(_ faults: [FaultReport], _ style: TableStyle) -> String {
        var table = style.table([
            .init("FAULT"), .init("WHAT"), .init("WHERE"), .init("HEALS"), .init("EXPIRES", wide: true),
        ])
        for fault in faults {
            table.add([
                .init(fault.id), .init(fault.what, .yellow), .init(between(fault)), .init(ends(fault)),
                .init(fault.expires ?? "-"),
            ])
        }
        return table.render()
    }

    private static func between(_ fault: FaultReport) -> String {
        let targets = fault.targets
        guard FaultKind(rawValue: fault.kind)?.strikes(.wire) ?? true, let first = targets.first,
            TargetSelector(text: first)?.isService == false
        else { return targets.joined(separator: ", ") }
        let others = targets.count > 1 ? targets.dropFirst().joined(separator: ", ") : "everything else"
        return "\(targets.first ?? "") \(fault.isOneWay ? "->" : "|") \(others)"
    }

    private static func ends(_ fault: FaultReport) -> String {
        fault.remaining.map { "in \(Wording.time(milliseconds: Double($0)))" } ?? "when somebody ends it"
    }
}
