"""The phone's page: a static site that reads digits in the browser, by LiteRT.js."""
