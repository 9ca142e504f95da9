import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import Telemetry

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Tell what happened in a mesh.",
        discussion: """
            Merges the event logs of the control plane, every cell and every router by time; a running mesh is not \
            needed. An event is stamped where it happened. What several members saw of one change within 10 s is \
            one line, with how many they are; --raw prints what each saw. -o json prints an object per line (NDJSON), with \
            four of the observers and how many have seen it.

              cellmesh events --since 5m
              cellmesh events --since 2026-03-01T12:00:00Z --type member,fault -o json
              cellmesh events -o json --raw
              cellmesh events --follow
              cellmesh events --follow --since 15m
            """)

    @Option(help: ArgumentHelp("From then on: 5m, 2h, or a time (RFC 3339).", valueName: "time"))
    var since: Since?

    @Option(
        name: .customLong("type"), parsing: .singleValue,
        help: ArgumentHelp(
            "Of these types alone: member, link, process, fault, store, evacuation, ...; may be given again.",
            valueName: "type,..."
        ))
    var types: [String] = []

    @Option(help: ArgumentHelp("About this thing alone, such as a cell.", valueName: "name"))
    var id: String?

    @Flag(
        name: [.customLong("raw"), .customLong("all")],
        help: "Print what each member saw, also where many saw the same, as it was written.")
    var raw = false

    @Option(
        help: ArgumentHelp(
            "So many of the last events, 0 or more; with --follow and without --since 10, else all.",
            valueName: "count"))
    var tail: Int?

    @Flag(name: .shortAndLong, help: "Go on, with new events as they come.")
    var follow = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    /// The types, given one by one or with commas.
    var wanted: Set<String> {
        Set(types.flatMap { $0.split(separator: ",").map { $0.filter { $0 != " " } } })
    }

    /// Of what has happened before, so many are told; nil for all.
    var mostOfPast: Int? { tail ?? (follow && since == nil ? 10 : nil) }

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail is 0 or more") }
    }

    func run() throws {
        let console = output.console
        let filter = EventHistory.Filter(since: since?.time ?? .min, types: wanted, id: id)
        var history = EventHistory(try mesh.known(), filter)
        var collapser = ViewCollapser()
        var table = EventTable(console.style)
        let past = lines(history.next(), &collapser)
        let told = mostOfPast.map { past.suffix($0) } ?? past[...]
        let isForPeople = console.format == .table || console.format == .wide
        if told.count < past.count, tail == nil, isForPeople {
            console.message(
                "\(Wording.plural(past.count - told.count, "earlier event")): give --since 15m, or --tail and how many")
        }
        show(Array(told), &table, console)
        if past.isEmpty, !follow, console.format == .table { console.message("no events") }
        while follow, !StandardOutput.isBroken {
            Pause.sleep(.milliseconds(200))
            show(lines(history.next(), &collapser), &table, console)
        }
    }

    private func lines(_ entries: [EventHistory.Entry], _ collapser: inout ViewCollapser) -> [ViewCollapser.Line] {
        guard raw else { return collapser.lines(entries) }
        return entries.map { .init(entry: $0, observers: $0.event.attributes["observer"]?.text.map { [$0] } ?? []) }
    }

    private func show(_ lines: [ViewCollapser.Line], _ table: inout EventTable, _ console: Console) {
        switch console.format {
        case .json:
            console.document(lines.map { (raw ? $0.entry.line : FoldedEvent.line($0)) + "\n" }.joined())
        case .yaml where lines.isEmpty: console.document("")
        case .yaml where raw: console.document(DocumentText.yaml(lines.map(\.entry.event)))
        case .yaml: console.document(DocumentText.yaml(lines.map { FoldedEvent($0) }))
        case .table, .wide: console.data(table.render(lines))
        case .name:
            console.data(lines.map { "\($0.entry.event.type)/\($0.entry.event.id)\n" }.joined())
        }
    }
}
