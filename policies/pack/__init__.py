"""The policy pack: rules that every resource of every stack must meet, before it is made and after."""
