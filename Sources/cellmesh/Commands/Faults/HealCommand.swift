import ArgumentParser

struct HealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "End all that was injected: faults, kills and pauses.",
        discussion: """
            The same as 'fault rm --all': what was killed starts again, what was paused goes on. 'halt' also keeps new \
            ones out.

              cellmesh heal
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws { try FaultHealing.run(nil, mesh, output.console) }
}
