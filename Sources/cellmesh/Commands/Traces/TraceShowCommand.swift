import ArgumentParser
import Reports

struct TraceShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell what was decided about one request, where, when and on which figures.",
        discussion: """
              curl -i -H 'X-Explain: 1' http://127.0.0.1:PORT/v1/customers/c7/services/checkout
              cellmesh trace show 4bf92f3577b34da6a3ce929d0e0e4736
            """)

    @Argument(help: ArgumentHelp("A trace's id, or how it begins, from 4 digits on.", valueName: "id"))
    var id: String

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        output.console.show(TraceView.make(try TracePages.gather(id, directory)))
    }
}

struct TraceDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Tell what sets two requests apart: where the time went, and what was decided.",
        discussion: """
              cellmesh trace diff 4bf92f35 5b8efff7
            """)

    @Argument(help: ArgumentHelp("A trace's id, or how it begins, from 4 digits on.", valueName: "id"))
    var first: String

    @Argument(help: ArgumentHelp("The trace that it is compared with.", valueName: "other"))
    var second: String

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let (a, b) = (try TracePages.gather(first, directory), try TracePages.gather(second, directory))
        output.console.show(TraceView.difference(TraceDifference(a, b)))
    }
}
