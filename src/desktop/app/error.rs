//! Why there is no window.

/// What keeps a window from opening.
#[derive(Debug, thiserror::Error)]
pub enum DesktopError {
    /// There is no screen.
    #[error(
        "there is no screen to open a window on (DISPLAY is not set); agora run SCENARIO simulates without one"
    )]
    NoScreen,
    /// There is no graphics driver.
    #[error(
        "no graphics driver was found (Vulkan, Metal, DirectX 12 or OpenGL); install one, or Mesa's software Vulkan; agora run SCENARIO simulates without it"
    )]
    NoDriver,
    /// A picture could not be made.
    #[error("{path}: {cause}")]
    Picture {
        /// Its file.
        path: String,
        /// Why.
        cause: String,
    },
    /// The city could not be founded or its files not be written.
    #[error("{0}")]
    City(String),
    /// Something took far longer than it should.
    #[error("{what} did not happen within {seconds} s")]
    TooSlow {
        /// What.
        what: String,
        /// After how long it was given up.
        seconds: u64,
    },
}
