import ArgumentParser

struct LabIsolationUnitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolation-unit", abstract: "Be some units of a process, of which one traps on SIGUSR1.",
        discussion: """
            Started by 'lab isolation', which looks at what such units cost, and at what is lost with one of them.

              cellmesh lab isolation-unit --threads 12
            """,
        shouldDisplay: false)

    @Option(help: ArgumentHelp("Units, each in a thread, 1 to 256.", valueName: "count"))
    var threads = 1

    func validate() throws {
        guard (1...256).contains(threads) else { throw ValidationError("--threads is 1 to 256") }
    }

    func run() throws { try IsolationUnits.run(threads: threads) }
}
